package io.gkt.benchmark.engine;

import java.util.Arrays;
import java.util.List;

/**
 * What several rounds gave.
 *
 * @param median the middle, or the mean of the two in the middle
 * @param low    the lowest
 * @param high   the highest
 */
record Spread(double median, double low, double high) {

    static Spread of(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /**
     * How many times as large one measure was as another in the same round, so that a slow minute of the machine
     * weighs on both.
     *
     * @param values one a round
     * @param others as many
     */
    static Spread ofRatios(List<Double> values, List<Double> others) {
        if (values.size() != others.size()) {
            throw new IllegalArgumentException(values.size() + " rounds against " + others.size());
        }
        Double[] ratios = new Double[values.size()];
        Arrays.setAll(ratios, i -> values.get(i) / others.get(i));
        return of(List.of(ratios));
    }
}
