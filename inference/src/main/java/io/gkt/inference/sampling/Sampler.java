package io.gkt.inference.sampling;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Chooses the tokens of one sequence. Not thread-safe. */
public final class Sampler {

    private final SamplingParameters parameters;
    private final TokenHistory history;
    private final List<LogitsProcessor> processors = new ArrayList<>();
    private final SplittableRandom random;

    /**
     * @param parameters    how to choose
     * @param prompt        token ids before the output
     * @param endOfSequence ids that are not chosen before the output has its minimum length
     */
    public Sampler(SamplingParameters parameters, int[] prompt, Set<Integer> endOfSequence) {
        this.parameters = parameters;
        this.history = new TokenHistory(prompt);
        this.random = parameters.seed().isPresent()
                ? new SplittableRandom(parameters.seed().getAsLong())
                : new SplittableRandom();
        if (parameters.minTokens() > 0) {
            processors.add(LogitsProcessor.minTokens(parameters.minTokens(), endOfSequence));
        }
        if (!parameters.logitBias().isEmpty()) {
            processors.add(LogitsProcessor.bias(parameters.logitBias().entrySet()));
        }
        if (parameters.repetitionPenalty() != 1) {
            processors.add(LogitsProcessor.repetition(parameters.repetitionPenalty()));
        }
        if (parameters.presencePenalty() != 0 || parameters.frequencyPenalty() != 0) {
            processors.add(LogitsProcessor.occurrences(parameters.presencePenalty(), parameters.frequencyPenalty()));
        }
    }

    /**
     * Counts a token of the output that was not chosen here, such as guidance.
     *
     * @param token its id
     */
    public void accept(int token) {
        history.append(token);
    }

    /**
     * Chooses the next token of the output and counts it.
     *
     * @param logits {@code [vocabulary]}; changed
     * @return its id
     * @throws IllegalStateException if a logit is not a number, or no token can be chosen
     */
    public int sample(float[] logits) {
        int token = candidates(logits).pick(random.nextDouble());
        history.append(token);
        return token;
    }

    /** What the next token is drawn from; the logits are changed. */
    Candidates candidates(float[] logits) {
        processors.forEach(processor -> processor.process(logits, history));
        return parameters.temperature() == 0
                ? new Candidates(new int[] {likeliest(logits)}, new double[] {1})
                : Candidates.of(
                        logits, parameters.temperature(), parameters.minP(), parameters.topK(), parameters.topP());
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int id = 0; id < logits.length; id++) {
            if (Float.isNaN(logits[id])) {
                throw new IllegalStateException("the model gave logits that are not numbers");
            }
            best = logits[id] > logits[best] ? id : best;
        }
        return best;
    }
}
