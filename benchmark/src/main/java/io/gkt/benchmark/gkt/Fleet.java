package io.gkt.benchmark.gkt;

import io.gkt.benchmark.gkt.SimulatedAnswer.Source;
import io.gkt.benchmark.gkt.Simulation.Outcome;
import io.gkt.benchmark.result.MarkdownTable;
import io.gkt.benchmark.result.Percentiles;
import java.util.List;

/** Many edges and one teacher: where it is saturated, and what queue, deadline and circuit breaker do there. Simulated. */
final class Fleet {

    /** Requests in all, at least, and how long they come, at least. */
    private static final double LEAST_REQUESTS = 3_000;

    private static final double LEAST_SECONDS = 1_800;
    /** Batches that wait or run where the teacher always has enough to do. */
    private static final int SATURATING = 4;
    /** How often each of them is asked for again, so that the last ones, which are not full, hardly count. */
    private static final int ROUNDS = 100;

    private final Simulation simulation;
    private final TeacherPolicy teacher;
    private final EdgePolicy edge;
    private final double perMinute;
    private final long seed;

    /**
     * @param perMinute requests of each edge
     * @param seed      of their times
     */
    Fleet(Simulation simulation, TeacherPolicy teacher, EdgePolicy edge, double perMinute, long seed) {
        this.simulation = simulation;
        this.teacher = teacher;
        this.edge = edge;
        this.perMinute = perMinute;
        this.seed = seed;
    }

    /** @return guidances an hour when several batches wait always and nobody gives up */
    double guidancesPerHour() {
        int users = SATURATING * teacher.maxBatchSize();
        return simulation.guidanceAlone(ROUNDS * users, users, teacher).teacherPerHour();
    }

    /** @return edges whose requests are as many as the teacher can answer */
    double capacity() {
        return guidancesPerHour() / 60 / perMinute;
    }

    MarkdownTable table(List<Integer> edges) {
        MarkdownTable table = new MarkdownTable(
                "edges",
                "shedding",
                "requests/s",
                "teacher busy, %",
                "mean batch",
                "queue p95, s",
                "guided, %",
                "guided/h",
                "timeout, %",
                "refused, %",
                "breaker open, %",
                "first text p50, s",
                "p95",
                "answer p50, s",
                "p95");
        for (int count : edges) {
            for (boolean shedding : new boolean[] {false, true}) {
                row(table, count, shedding);
            }
        }
        return table;
    }

    private void row(MarkdownTable table, int count, boolean shedding) {
        double rate = count * perMinute / 60;
        double seconds = Math.max(LEAST_SECONDS, LEAST_REQUESTS / rate);
        Outcome outcome = simulation.open(count, perMinute, seconds, teacher.withShedding(shedding), edge, seed);
        table.row(
                String.format("%,d", count),
                shedding ? "yes" : "no",
                rate,
                100 * outcome.utilisation(),
                outcome.teacher().meanBatch(),
                Percentiles.of(outcome.teacher().queueMs().stream().mapToDouble(Double::doubleValue))
                                .p95()
                        / 1e3,
                100 * outcome.share(Source.GUIDED),
                outcome.guidedPerHour(seconds),
                100 * outcome.share(Source.FALLBACK_TIMEOUT),
                100 * outcome.share(Source.FALLBACK_REJECTED),
                100 * outcome.share(Source.FALLBACK_CIRCUIT_OPEN),
                outcome.firstMs().p50() / 1e3,
                outcome.firstMs().p95() / 1e3,
                outcome.totalMs().p50() / 1e3,
                outcome.totalMs().p95() / 1e3);
    }
}
