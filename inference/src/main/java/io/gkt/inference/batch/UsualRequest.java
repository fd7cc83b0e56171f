package io.gkt.inference.batch;

/**
 * What requests come to, from those that have been: how much of a prompt is not in the cache, and after how many tokens
 * answers end that are not cut off. Moving means over some {@value StepCosts#MEMORY} requests.
 *
 * @param requests requests that have begun
 * @param prompt   mean number of tokens of their prompts
 * @param computed mean number of those that were not in the cache
 * @param answers  answers that say something about their length
 * @param length   mean number of tokens after which an answer ends by itself; infinite if not known
 */
public record UsualRequest(long requests, double prompt, double computed, long answers, double length) {

    /** Before any request: nothing is cached, and answers are as long as they may be. */
    public static final UsualRequest UNKNOWN = new UsualRequest(0, 0, 0, 0, Double.POSITIVE_INFINITY);

    /**
     * @param tokens of a prompt
     * @param cached of them that need not be computed
     * @return what is known now
     */
    public UsualRequest begun(int tokens, int cached) {
        double weight = StepCosts.weight(requests);
        return new UsualRequest(
                requests + 1,
                prompt + weight * (tokens - prompt),
                computed + weight * (tokens - cached - computed),
                answers,
                length);
    }

    /**
     * An answer that was cut off, by its limit or its deadline, only says that it would have been at least so long.
     *
     * @param tokens   of the answer
     * @param byItself whether it was not cut off
     * @return what is known now
     */
    public UsualRequest ended(int tokens, boolean byItself) {
        if (!byItself && tokens <= length) {
            return this;
        }
        double weight = StepCosts.weight(answers);
        return new UsualRequest(
                requests, prompt, computed, answers + 1, answers == 0 ? tokens : length + weight * (tokens - length));
    }

    /**
     * @param promptTokens of a prompt
     * @return how many of them have to be computed
     */
    public double uncached(int promptTokens) {
        return requests == 0 ? promptTokens : promptTokens * computed / prompt;
    }

    /**
     * @param least   fewest tokens that the answer may have
     * @param most    most tokens that it may have
     * @param written those that it has
     * @return how many more are to be expected, at least one
     */
    public double remaining(int least, int most, int written) {
        return Math.max(1, Math.min(most, Math.max(least, length)) - written);
    }
}
