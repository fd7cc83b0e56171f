package io.gkt.benchmark.result;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** Values in order. Those that it gives are values that occurred (nearest rank). */
public final class Percentiles {

    private final double[] sorted;

    private Percentiles(DoubleStream values) {
        this.sorted = values.sorted().toArray();
    }

    /**
     * @param values any number of them
     * @return these in order
     */
    public static Percentiles of(DoubleStream values) {
        return new Percentiles(values);
    }

    /**
     * @param measurements of the same thing, an odd number where the median shall have occurred
     * @param value        what of them
     * @return its median
     */
    public static <T> double median(Stream<T> measurements, ToDoubleFunction<T> value) {
        return of(measurements.mapToDouble(value)).p50();
    }

    /**
     * @param percent above 0, at most 100
     * @return what so many percent of the values don't exceed; not a number if there are no values
     */
    public double at(double percent) {
        return sorted.length == 0
                ? Double.NaN
                : sorted[Math.max(0, (int) Math.ceil(sorted.length * percent / 100) - 1)];
    }

    /** @return the median */
    public double p50() {
        return at(50);
    }

    /** @return the 95th percentile */
    public double p95() {
        return at(95);
    }

    /** @return the 99th percentile */
    public double p99() {
        return at(99);
    }

    /** @return the mean; not a number if there are no values */
    public double mean() {
        return Arrays.stream(sorted).average().orElse(Double.NaN);
    }
}
