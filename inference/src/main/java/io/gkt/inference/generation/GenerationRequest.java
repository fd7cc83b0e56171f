package io.gkt.inference.generation;

import io.gkt.inference.sampling.SamplingParameters;
import java.util.OptionalInt;

/**
 * What to generate.
 *
 * @param tokens              the prompt, then any output that is given already, such as guidance
 * @param promptLength        how many of {@code tokens} are the prompt; at least 1
 * @param maxTokens           most output tokens, those given included; at least 1
 * @param sampling            how tokens are chosen
 * @param ignoreEndOfSequence whether to go on after the model ends the sequence
 * @param topLogprobs         of how many of the likeliest tokens the logprobs are wanted besides that of each output
 *                            token; 0 to 20, empty wants none at all. Those of output that is given cost a step each
 */
public record GenerationRequest(
        int[] tokens,
        int promptLength,
        int maxTokens,
        SamplingParameters sampling,
        boolean ignoreEndOfSequence,
        OptionalInt topLogprobs) {

    /**
     * Checks the lengths.
     *
     * @throws IllegalArgumentException if the prompt is empty or no token may be generated
     */
    public GenerationRequest {
        if (promptLength < 1 || promptLength > tokens.length || maxTokens < 1) {
            throw new IllegalArgumentException(
                    "a prompt of " + promptLength + " of " + tokens.length + " tokens, to generate " + maxTokens);
        }
    }

    /** Without logprobs. */
    public GenerationRequest(
            int[] tokens, int promptLength, int maxTokens, SamplingParameters sampling, boolean ignoreEndOfSequence) {
        this(tokens, promptLength, maxTokens, sampling, ignoreEndOfSequence, OptionalInt.empty());
    }
}
