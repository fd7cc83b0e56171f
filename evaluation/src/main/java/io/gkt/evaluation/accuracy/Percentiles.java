package io.gkt.evaluation.accuracy;

import java.util.stream.DoubleStream;

/**
 * The middle of some values, and what 95 % of them don't exceed; both are values that occurred.
 *
 * @param p50 0 if there are none
 * @param p95 0 if there are none
 */
public record Percentiles(double p50, double p95) {

    static Percentiles of(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return new Percentiles(nearestRank(sorted, 0.5), nearestRank(sorted, 0.95));
    }

    private static double nearestRank(double[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(sorted.length * share) - 1];
    }
}
