package io.gkt.benchmark.scheduler;

import io.gkt.benchmark.load.Load;
import io.gkt.benchmark.load.Reply;
import io.gkt.benchmark.result.Percentiles;
import java.util.List;

/**
 * What one way of batching did with one rate of requests. Times are in milliseconds.
 *
 * @param batching   the way
 * @param load       the rate as a fraction of what continuous batching can answer
 * @param offered    requests a second
 * @param answered   answers a second
 * @param queueP50   in the teacher's queue
 * @param queueP95   in the teacher's queue
 * @param latencyP50 from when the request was due
 * @param latencyP95 from when the request was due
 * @param batchSize  rows of a step, on average
 * @param rejected   requests that were not answered
 */
record Point(
        String batching,
        double load,
        double offered,
        double answered,
        double queueP50,
        double queueP95,
        double latencyP50,
        double latencyP95,
        double batchSize,
        double rejected) {

    static Point of(String batching, double fraction, double offered, Load load, double batchSize) {
        Percentiles queue = load.percentiles(Reply::queueMs);
        Percentiles latency = load.percentiles(Reply::latencyMs);
        return new Point(
                batching,
                fraction,
                offered,
                load.throughput(),
                queue.p50(),
                queue.p95(),
                latency.p50(),
                latency.p95(),
                batchSize,
                load.rejected());
    }

    /** The median of each figure over repeated runs. */
    static Point median(List<Point> runs) {
        Point first = runs.get(0);
        return new Point(
                first.batching,
                first.load,
                first.offered,
                Percentiles.median(runs.stream(), Point::answered),
                Percentiles.median(runs.stream(), Point::queueP50),
                Percentiles.median(runs.stream(), Point::queueP95),
                Percentiles.median(runs.stream(), Point::latencyP50),
                Percentiles.median(runs.stream(), Point::latencyP95),
                Percentiles.median(runs.stream(), Point::batchSize),
                Percentiles.median(runs.stream(), Point::rejected));
    }
}
