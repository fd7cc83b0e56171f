package io.gkt.teacher.batching;

import io.gkt.inference.generation.FinishReason;
import io.gkt.protocol.Timings;
import io.gkt.protocol.Usage;

/**
 * What a finished request comes to.
 *
 * @param finishReason why it ended
 * @param usage        tokens read and written
 * @param timings      where its time went
 */
public record BatchResult(FinishReason finishReason, Usage usage, Timings timings) {}
