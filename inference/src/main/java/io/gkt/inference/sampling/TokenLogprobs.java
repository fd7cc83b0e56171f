package io.gkt.inference.sampling;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * How likely the model held a token to be at its place, before anything a user asked for changed that.
 *
 * @param token   its id
 * @param logprob natural logarithm of its probability, at most 0
 * @param top     the likeliest tokens there, the likeliest first, of equals the one with the lower id
 */
public record TokenLogprobs(int token, double logprob, List<Candidate> top) {

    /**
     * A token that the model might have written.
     *
     * @param token   its id
     * @param logprob natural logarithm of its probability, at most 0
     */
    public record Candidate(int token, double logprob) {}

    /**
     * @param logits {@code [vocabulary]}, as the model gave them
     * @param token  the id at that place
     * @param top    how many of the likeliest tokens to name
     * @return its logprob and theirs
     */
    public static TokenLogprobs of(float[] logits, int token, int top) {
        double normaliser = logSumExp(logits);
        return new TokenLogprobs(
                token,
                logits[token] - normaliser,
                likeliest(logits, top).stream()
                        .map(id -> new Candidate(id, logits[id] - normaliser))
                        .toList());
    }

    private static double logSumExp(float[] logits) {
        double best = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            best = Math.max(best, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - best);
        }
        return best + Math.log(sum);
    }

    private static List<Integer> likeliest(float[] logits, int count) {
        Comparator<Integer> worstFirst =
                Comparator.<Integer>comparingDouble(id -> logits[id]).thenComparing(Comparator.reverseOrder());
        PriorityQueue<Integer> kept = new PriorityQueue<>(worstFirst);
        for (int id = 0; count > 0 && id < logits.length; id++) {
            if (kept.size() < count) {
                kept.add(id);
            } else if (logits[id] > logits[kept.element()]) {
                kept.remove();
                kept.add(id);
            }
        }
        return kept.stream().sorted(worstFirst.reversed()).toList();
    }
}
