package io.gkt.teacher.batching;

import java.time.Duration;

/**
 * How requests become batches.
 *
 * @param batching      when requests that wait may run
 * @param maxBatchDelay longest time that an idle batch waits for company, counted from the oldest request
 * @param maxStepTokens most tokens of all rows that one step computes, at least one a row; longer prompts take several
 *                      steps, so that this bounds how long the rows that decode wait for their next token
 * @param queueCapacity most requests that wait
 */
public record BatchPolicy(Batching batching, Duration maxBatchDelay, int maxStepTokens, int queueCapacity) {}
