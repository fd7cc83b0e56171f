package io.gkt.inference.sampling;

/** One change to the logits before a token is chosen from them. */
@FunctionalInterface
interface LogitsProcessor {

    /**
     * Changes the logits in place.
     *
     * @param logits  {@code [vocabulary]}; minus infinity can't be chosen
     * @param history the sequence so far
     */
    void process(float[] logits, TokenHistory history);

    /** Nothing that ends the sequence before it has {@code minTokens} output tokens. */
    static LogitsProcessor minTokens(int minTokens, Iterable<Integer> endOfSequence) {
        return (logits, history) -> {
            if (history.outputTokens() < minTokens) {
                endOfSequence.forEach(id -> logits[id] = Float.NEGATIVE_INFINITY);
            }
        };
    }

    /** Adds {@code bias} to the logits of its keys. */
    static LogitsProcessor bias(Iterable<java.util.Map.Entry<Integer, Double>> bias) {
        return (logits, history) ->
                bias.forEach(entry -> logits[entry.getKey()] += entry.getValue().floatValue());
    }

    /** Makes tokens of prompt and output less likely by a factor, whatever the sign of their logits. */
    static LogitsProcessor repetition(double penalty) {
        return (logits, history) -> history.forEachSeen(
                id -> logits[id] = (float) (logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty));
    }

    /** Makes tokens of the output less likely by a sum that grows with their number. */
    static LogitsProcessor occurrences(double presence, double frequency) {
        return (logits, history) ->
                history.forEachOutput((id, count) -> logits[id] -= (float) (presence + frequency * count));
    }
}
