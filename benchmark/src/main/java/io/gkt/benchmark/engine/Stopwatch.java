package io.gkt.benchmark.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Times steps.
 *
 * @param leastTime  for which a workload is repeated
 * @param leastSteps that are timed even if they take longer
 */
record Stopwatch(Duration leastTime, int leastSteps) {

    /** Ids that every vocabulary has. */
    private static final int TOKEN_IDS = 256;

    private static final long SEED = 1;

    /** @return the tokens that every sequence begins with */
    static int[] tokens(int count) {
        return new SplittableRandom(SEED).ints(count, 0, TOKEN_IDS).toArray();
    }

    /**
     * Repeats a step from the same state, after once for warming up. The rows hold at least as many tokens as it
     * needs, and hold {@link Workload#held()} afterwards.
     *
     * @return tokens a second, by the median time of a step
     */
    double tokensPerSecond(Engine engine, Workload workload) {
        int[][] tokens = new int[workload.rows()][];
        Arrays.fill(tokens, tokens(workload.tokens()));
        List<Double> seconds = new ArrayList<>();
        long begin = 0;
        for (int step = -1; step < leastSteps || System.nanoTime() - begin < leastTime.toNanos(); step++) {
            for (int row = 0; row < workload.rows(); row++) {
                engine.truncate(row, workload.held());
            }
            long start = System.nanoTime();
            engine.step(tokens);
            long end = System.nanoTime();
            if (step >= 0) {
                seconds.add((end - start) / 1e9);
            } else {
                begin = end;
            }
        }
        for (int row = 0; row < workload.rows(); row++) {
            engine.truncate(row, workload.held());
        }
        return workload.tokensPerStep() / Spread.of(seconds).median();
    }
}
