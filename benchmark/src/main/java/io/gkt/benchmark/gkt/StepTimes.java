package io.gkt.benchmark.gkt;

import java.util.ArrayList;
import java.util.List;

/**
 * Measured times of one model's steps.
 *
 * @param decode  steps that add one token to each row; two contexts for each number of rows, from 1 row on
 * @param prefill steps that add several tokens to one row; from 1 token on
 * @param mixed   steps of both, which no time is derived from: they show how far the derived ones are off
 */
record StepTimes(List<Decode> decode, List<Prefill> prefill, List<Mixed> mixed) {

    /**
     * @param rows    sequences in the batch
     * @param context tokens that each holds already
     * @param ms      time of the step
     */
    record Decode(int rows, int context, double ms) {}

    /**
     * @param tokens   new tokens
     * @param position tokens that the sequence holds already
     * @param ms       time of the step
     */
    record Prefill(int tokens, int position, double ms) {}

    /**
     * @param rows    sequences that get one token
     * @param context tokens that each holds already
     * @param tokens  new tokens of one more sequence that holds as many already
     * @param ms      time of the step
     */
    record Mixed(int rows, int context, int tokens, double ms) {}

    /**
     * Times of an engine that somebody else measured, context included.
     *
     * @param stepMs          of a decode step of one row
     * @param fullStepMs      of a decode step of as many rows as fit
     * @param rows            that many
     * @param prefillTokensPerSecond of long prompts
     */
    static StepTimes given(double stepMs, double fullStepMs, int rows, double prefillTokensPerSecond) {
        List<Decode> decode = new ArrayList<>(List.of(new Decode(1, 0, stepMs)));
        if (rows > 1) {
            decode.add(new Decode(rows, 0, fullStepMs));
        }
        double prompt = 4096;
        return new StepTimes(
                decode,
                List.of(
                        new Prefill(1, 0, stepMs),
                        new Prefill((int) prompt, 0, Math.max(stepMs, prompt / prefillTokensPerSecond * 1e3))),
                List.of());
    }
}
