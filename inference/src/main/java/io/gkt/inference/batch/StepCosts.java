package io.gkt.inference.batch;

/**
 * What a decoder's steps cost, from those that it ran. A step costs what it costs to decode so many rows, a straight line
 * in their number, and as much for each token of a prompt that it computes beside them. Both are moving means, so that a
 * machine that gets slower, longer contexts, or a cold start are followed after some {@value #MEMORY} steps.
 *
 * @param decodes     steps that computed no prompt
 * @param rows        mean number of their rows
 * @param nanos       mean time of theirs
 * @param variance    of the rows
 * @param covariance  of rows and time
 * @param prefills    steps that computed prompts
 * @param promptTokens mean number of their prompts' tokens
 * @param promptNanos mean time that they took longer than without
 */
public record StepCosts(
        long decodes,
        double rows,
        double nanos,
        double variance,
        double covariance,
        long prefills,
        double promptTokens,
        double promptNanos) {

    /** Before any step. */
    public static final StepCosts UNKNOWN = new StepCosts(0, 0, 0, 0, 0, 0, 0, 0);

    /** Steps or requests that a moving mean goes back. */
    static final int MEMORY = 20;

    /** What the newest of them weighs in the mean, if there were so many before. */
    static double weight(long before) {
        return 1.0 / Math.min(before + 1, MEMORY);
    }

    /**
     * @param decoded rows that got a token and had no prompt to be computed
     * @param prompt  tokens of prompts that it computed
     * @param took    nanoseconds
     * @return what is known now
     */
    public StepCosts measured(int decoded, int prompt, long took) {
        if (prompt > 0) {
            double weight = weight(prefills);
            double more = Math.max(0, took - decode(decoded));
            return new StepCosts(
                    decodes,
                    rows,
                    nanos,
                    variance,
                    covariance,
                    prefills + 1,
                    promptTokens + weight * (prompt - promptTokens),
                    promptNanos + weight * (more - promptNanos));
        }
        double weight = weight(decodes);
        double moreRows = decoded - rows;
        double moreNanos = took - nanos;
        return new StepCosts(
                decodes + 1,
                rows + weight * moreRows,
                nanos + weight * moreNanos,
                (1 - weight) * (variance + weight * moreRows * moreRows),
                (1 - weight) * (covariance + weight * moreRows * moreNanos),
                prefills,
                promptTokens,
                promptNanos);
    }

    /** @return whether there has been a step */
    public boolean known() {
        return decodes + prefills > 0;
    }

    /**
     * More rows never make a step cheaper, and never cost more than steps of their own would. Where the numbers of rows
     * have not varied, more are taken to cost the same: who has not tried is an optimist, and learns by trying.
     *
     * @param decoded rows that get a token
     * @return nanoseconds of a step
     */
    double decode(int decoded) {
        double slope = variance > 0 ? Math.max(0, Math.min(covariance / variance, nanos / rows)) : 0;
        return nanos + slope * (decoded - rows);
    }

    /**
     * @param tokens of prompts
     * @return nanoseconds by which they make the steps longer that compute them
     */
    double prompt(double tokens) {
        return promptTokens > 0 ? tokens * promptNanos / promptTokens : 0;
    }
}
