package io.gkt.teacher.batching;

import io.gkt.inference.generation.GenerationRequest;
import java.util.List;

/**
 * What is to be generated for one client. Times are those of {@link System#nanoTime()}.
 *
 * @param id         tells it from others that are under way
 * @param caller     whose turn it is: requests of different callers take turns
 * @param operation  what OpenTelemetry calls it: {@code chat} or {@code text_completion}
 * @param generation prompt, lengths and sampling
 * @param stop       texts that end the answer; none is empty
 * @param arrival    when it came
 * @param deadline   when its answer has no use any more
 */
public record BatchRequest(
        String id,
        String caller,
        String operation,
        GenerationRequest generation,
        List<String> stop,
        long arrival,
        long deadline) {}
