package io.gkt.inference.sampling;

import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * How tokens are chosen. Parameters apply in vLLM's order: minimum length, logit bias, repetition, frequency and
 * presence penalties, then temperature, min-p, top-k, top-p.
 *
 * @param temperature       divides the logits; 0 chooses the likeliest token, and the parameters after it don't matter
 * @param topK              keeps the likeliest tokens; 0 or less keeps all
 * @param topP              keeps the likeliest tokens that together reach this probability; in (0, 1]
 * @param minP              keeps tokens at least this fraction as likely as the likeliest; 0 to 1
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens in prompt or output (Keskar et
 *                          al., CTRL, arXiv 1909.05858); above 0, 1 is neutral
 * @param presencePenalty   subtracted from the logits of tokens in the output
 * @param frequencyPenalty  subtracted once for each occurrence in the output
 * @param logitBias         added to the logits of these token ids
 * @param minTokens         output tokens before the sequence may end
 * @param seed              makes the same choices again from the same logits; empty draws a new one
 */
public record SamplingParameters(
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty,
        double presencePenalty,
        double frequencyPenalty,
        Map<Integer, Double> logitBias,
        int minTokens,
        OptionalLong seed) {

    /** The likeliest token always. */
    public static final SamplingParameters GREEDY =
            new SamplingParameters(0, 0, 1, 0, 1, 0, 0, Map.of(), 0, OptionalLong.empty());

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a parameter is out of its range
     */
    public SamplingParameters {
        require(temperature >= 0 && Double.isFinite(temperature), "temperature must be 0 or more");
        require(topP > 0 && topP <= 1, "top_p must be above 0 and at most 1");
        require(minP >= 0 && minP <= 1, "min_p must be between 0 and 1");
        require(repetitionPenalty > 0 && Double.isFinite(repetitionPenalty), "repetition_penalty must be above 0");
        require(Double.isFinite(presencePenalty), "presence_penalty must be a number");
        require(Double.isFinite(frequencyPenalty), "frequency_penalty must be a number");
        require(minTokens >= 0, "min_tokens must be 0 or more");
        logitBias = Map.copyOf(logitBias);
    }

    /**
     * @param bias what {@link #logitBias()} is to be instead
     * @return these with that bias
     */
    public SamplingParameters withLogitBias(Map<Integer, Double> bias) {
        return with(bias, minTokens, seed);
    }

    /**
     * @param tokens what {@link #minTokens()} is to be instead
     * @return these with that number
     */
    public SamplingParameters withMinTokens(int tokens) {
        return with(logitBias, tokens, seed);
    }

    /**
     * For one of several answers to the same prompt.
     *
     * @param index which one, from 0
     * @return these with a seed of its own; the first keeps the seed, so that it is the answer to a request for one
     */
    public SamplingParameters forChoice(int index) {
        return index == 0 || seed.isEmpty() ? this : with(logitBias, minTokens, derived(seed.getAsLong(), index));
    }

    private SamplingParameters with(Map<Integer, Double> bias, int tokens, OptionalLong seed) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                repetitionPenalty,
                presencePenalty,
                frequencyPenalty,
                bias,
                tokens,
                seed);
    }

    private static OptionalLong derived(long seed, int index) {
        SplittableRandom seeds = new SplittableRandom(seed);
        long derived = seed;
        for (int i = 0; i < index; i++) {
            derived = seeds.nextLong();
        }
        return OptionalLong.of(derived);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
