package io.gkt.benchmark.soak;

import io.gkt.benchmark.result.MarkdownTable;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;

/** What cycles come to. */
final class FaultSoakReport {

    private static final int ROWS = 12;
    /** Pools of threads and connections breathe. */
    private static final int SOME = 8;

    private static final int SOME_MIB = 2;
    /** Of a life, that is warming up: compiled code, buffers, pools. */
    private static final int WARM_UP = 3;

    private final List<Cycle> cycles;
    private final double tolerance;

    /**
     * @param cycles    at least one
     * @param tolerance growth of memory that counts as flat, percent
     */
    FaultSoakReport(List<Cycle> cycles, double tolerance) {
        this.cycles = cycles;
        this.tolerance = tolerance;
    }

    /** Prints all of it. Returns whether everything is flat. */
    boolean print(PrintWriter console) {
        console.printf("%n%s%n%s%n", troubles(), footprints());
        boolean flat = verdict(console, "teacher", Cycle::teacher, Cycle::teacherLife);
        return flat & verdict(console, "edge", Cycle::edge, Cycle::edgeLife);
    }

    private MarkdownTable troubles() {
        MarkdownTable table = new MarkdownTable(
                "fault", "times", "requests", "guided", "alone", "refused", "failed", "cut", "guided after it, %");
        Map<String, Integer> times = new LinkedHashMap<>();
        Map<String, Tally> during = new LinkedHashMap<>();
        Map<String, Tally> after = new LinkedHashMap<>();
        for (Cycle cycle : cycles) {
            String name = cycle.trouble().name();
            times.merge(name, 1, Integer::sum);
            during.computeIfAbsent(name, unknown -> new Tally()).addAll(cycle.during());
            after.computeIfAbsent(name, unknown -> new Tally()).addAll(cycle.after());
        }
        during.forEach((name, tally) -> table.row(
                name,
                times.get(name),
                tally.all(),
                tally.of(Fate.GUIDED),
                tally.of(Fate.ALONE),
                tally.of(Fate.REFUSED),
                tally.of(Fate.FAILED),
                tally.of(Fate.CUT),
                after.get(name).guidedPercent()));
        return table;
    }

    private MarkdownTable footprints() {
        MarkdownTable table = new MarkdownTable(
                "minute",
                "teacher RSS, MiB",
                "heap",
                "threads",
                "sockets",
                "files",
                "arrays",
                "edge RSS, MiB",
                "heap",
                "threads",
                "sockets",
                "files",
                "arrays",
                "under way");
        int step = (cycles.size() + ROWS - 1) / ROWS;
        for (int i = step - 1; i < cycles.size(); i += step) {
            Cycle cycle = cycles.get(i);
            Footprint teacher = cycle.teacher();
            Footprint edge = cycle.edge();
            table.row(
                    Math.round(cycle.minutes()),
                    teacher.residentMib(),
                    teacher.heapMib(),
                    teacher.threads(),
                    teacher.sockets(),
                    teacher.files(),
                    teacher.nativeArrays(),
                    edge.residentMib(),
                    edge.heapMib(),
                    edge.threads(),
                    edge.sockets(),
                    edge.files(),
                    edge.nativeArrays(),
                    cycle.underWay());
        }
        return table;
    }

    private boolean verdict(
            PrintWriter console, String service, Function<Cycle, Footprint> of, ToIntFunction<Cycle> life) {
        int last = life.applyAsInt(cycles.get(cycles.size() - 1));
        List<Footprint> lived = cycles.stream()
                .filter(cycle -> life.applyAsInt(cycle) == last)
                .map(of)
                .toList();
        List<Footprint> warm = lived.subList(lived.size() / WARM_UP, lived.size());
        console.printf("%s, the last %d samples of life %d:%n", service, warm.size(), last + 1);
        boolean flat = flat(console, "RSS, MiB", warm, Footprint::residentMib, tolerance, 0);
        flat &= flat(console, "heap, MiB", warm, Footprint::heapMib, tolerance, SOME_MIB);
        flat &= flat(console, "threads", warm, Footprint::threads, 0, SOME);
        flat &= flat(console, "sockets", warm, Footprint::sockets, 0, SOME);
        flat &= flat(console, "files", warm, Footprint::files, 0, SOME);
        flat &= flat(console, "native arrays", warm, Footprint::nativeArrays, 0, 0);
        return flat & flat(console, "model's arrays", warm, Footprint::modelArrays, 0, 0);
    }

    private static boolean flat(
            PrintWriter console,
            String name,
            List<Footprint> samples,
            ToDoubleFunction<Footprint> value,
            double percent,
            int more) {
        Trend trend = Trend.of(samples.stream().map(value::applyAsDouble).toList());
        double limit = trend.level() * percent / 100 + more;
        boolean flat = trend.growth() <= limit;
        console.printf(
                "  %-15s %8.1f, %+6.1f (at most %+.1f) %s%n",
                name, trend.level(), trend.growth(), limit, flat ? "flat" : "GREW");
        return flat;
    }
}
