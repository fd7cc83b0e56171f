package io.gkt.benchmark.soak;

import io.gkt.benchmark.result.Percentiles;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Where a quantity goes over equally long times.
 *
 * @param level  its median
 * @param growth from the first to the last, along the median of all slopes between two of them (Theil and Sen), which
 *               single high values don't move
 */
record Trend(double level, double growth) {

    static Trend of(List<Double> values) {
        DoubleStream slopes = IntStream.range(0, values.size())
                .boxed()
                .flatMapToDouble(i -> IntStream.range(i + 1, values.size())
                        .mapToDouble(j -> (values.get(j) - values.get(i)) / (j - i)));
        double slope = Percentiles.of(slopes).p50();
        return new Trend(
                Percentiles.median(values.stream(), value -> value),
                values.size() < 2 ? 0 : slope * (values.size() - 1));
    }
}
