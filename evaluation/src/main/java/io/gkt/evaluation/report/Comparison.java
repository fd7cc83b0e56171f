package io.gkt.evaluation.report;

import io.gkt.evaluation.accuracy.Mode;
import io.gkt.evaluation.accuracy.Summary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Runs beside the teacher alone.
 *
 * @param rows one for each run, by guidance
 */
public record Comparison(List<Row> rows) {

    private static final String UNKNOWN = "–";
    private static final Set<String> WITH_GUIDANCE = Set.of("used", "complete", "given");

    /**
     * @param name                    the run's
     * @param summary                 what it came to
     * @param savedAtSameConcurrency  against the teacher alone with as many requests at once; null if that was not run
     * @param savedOneByOne           against the teacher alone with one request at a time; null if that was not run
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Row(String name, Summary summary, Saving savedAtSameConcurrency, Saving savedOneByOne) {}

    private record Column(String name, Function<Row, String> cell) {}

    /**
     * @param runs any number; which of them are the teacher alone, they say themselves
     * @return each beside the teacher
     */
    public static Comparison of(List<Run> runs) {
        return new Comparison(runs.stream()
                .sorted(Run.BY_GUIDANCE)
                .map(run -> new Row(
                        run.name(),
                        run.summary(),
                        teacher(runs, run.summary().concurrency())
                                .map(teacher -> Saving.of(run.summary(), teacher))
                                .orElse(null),
                        teacher(runs, 1)
                                .map(teacher -> Saving.of(run.summary(), teacher))
                                .orElse(null)))
                .toList());
    }

    private static Optional<Summary> teacher(List<Run> runs, int concurrency) {
        return runs.stream()
                .filter(Run::isTeacherAlone)
                .map(Run::summary)
                .filter(summary -> summary.concurrency() == concurrency)
                .findFirst();
    }

    /** How right the answers were and who wrote how much of them. */
    public Table accuracy() {
        return table(List.of(
                new Column("answers", row -> Integer.toString(row.summary.n())),
                new Column(
                        "accuracy, % (95 % interval)",
                        row -> "%.1f (%.1f–%.1f)"
                                .formatted(
                                        100 * row.summary.accuracy(),
                                        100 * row.summary.accuracyLow(),
                                        100 * row.summary.accuracyHigh())),
                new Column("result given away, %", row -> percent(row.summary.leakedRate())),
                new Column(
                        "accuracy without those, %",
                        row -> row.summary.leaked() == row.summary.n()
                                ? UNKNOWN
                                : percent(row.summary.accuracyWithoutLeaked())),
                new Column("teacher tokens", row -> number("%.1f", row.summary.meanTeacherTokens())),
                new Column(
                        "of the teacher's alone, %",
                        row -> percent(saved(row, Saving::teacherTokens)
                                .map(saved -> 1 - saved)
                                .orElse(null))),
                new Column("student tokens", row -> number("%.1f", row.summary.meanStudentTokens())),
                new Column("without guidance", row -> unguided(row.summary)),
                new Column("failed", row -> Integer.toString(row.summary.errors()))));
    }

    /** How long the answers took and what they cost. */
    public Table cost() {
        Unit flops = flops();
        List<Column> columns = new ArrayList<>(List.of(
                new Column(
                        "first text, ms",
                        row -> number("%.0f", row.summary.ttftMs().p50())),
                new Column(
                        "whole, ms (95th)",
                        row -> "%.0f (%.0f)"
                                .formatted(
                                        row.summary.totalMs().p50(),
                                        row.summary.totalMs().p95())),
                new Column("all, s", row -> number("%.1f", row.summary.wallSeconds())),
                new Column("× faster, same load", row -> number("%.2f", speedUp(row.savedAtSameConcurrency))),
                new Column("× faster, one by one", row -> number("%.2f", speedUp(row.savedOneByOne))),
                new Column("bytes up", row -> perAnswer("%.0f", (double) row.summary.bytesUp(), row)),
                new Column("bytes down", row -> perAnswer("%.0f", (double) row.summary.bytesDown(), row)),
                new Column(flops.name() + ", teacher + student", row -> flops(row.summary, flops)),
                new Column(
                        "teacher's saved, %",
                        row -> percent(saved(row, Saving::teacherFlops).orElse(null))),
                new Column(
                        "both saved, %",
                        row -> percent(saved(row, Saving::flops).orElse(null)))));
        if (rows.stream().anyMatch(row -> row.summary.cost() != null)) {
            columns.add(new Column("cost", row -> number("%.4f", row.summary.cost())));
            columns.add(new Column(
                    "cost saved, %", row -> percent(saved(row, Saving::cost).orElse(null))));
        }
        return table(columns);
    }

    /** What to state FLOPs per answer in. */
    Unit flops() {
        return Unit.ofFlops(rows.stream()
                .map(row -> Saving.flopsPerAnswer(row.summary))
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(0));
    }

    /** The shortest guidance whose accuracy is within 5 points of the teacher's; without one, the most accurate. */
    Optional<Row> recommended() {
        double enough = rows.stream()
                        .map(Row::summary)
                        .filter(summary -> summary.mode() == Mode.TEACHER)
                        .mapToDouble(Summary::accuracy)
                        .max()
                        .orElse(1)
                - 0.05;
        List<Row> guided =
                rows.stream().filter(row -> row.summary.mode() == Mode.GKT).toList();
        return guided.stream()
                .filter(row -> row.summary.accuracy() >= enough)
                .findFirst()
                .or(() -> guided.stream().max(Comparator.comparingDouble(row -> row.summary.accuracy())));
    }

    private Table table(List<Column> columns) {
        List<String> header = new ArrayList<>(List.of(""));
        columns.forEach(column -> header.add(column.name));
        return new Table(
                header,
                rows.stream()
                        .map(row -> {
                            List<String> cells = new ArrayList<>(List.of(Run.label(row.summary)));
                            columns.forEach(column -> cells.add(column.cell.apply(row)));
                            return cells;
                        })
                        .toList());
    }

    /** Tokens, FLOPs and prices hardly depend on the load, so either teacher will do where only one was run. */
    private static Optional<Double> saved(Row row, Function<Saving, Double> what) {
        return Optional.ofNullable(row.savedAtSameConcurrency)
                .or(() -> Optional.ofNullable(row.savedOneByOne))
                .map(what);
    }

    /** Answers whose guidance did not come; the student gave them alone. */
    private static String unguided(Summary summary) {
        return summary.mode() == Mode.GKT && summary.outcomes() != null
                ? Long.toString(summary.outcomes().entrySet().stream()
                        .filter(outcome -> !WITH_GUIDANCE.contains(outcome.getKey()))
                        .mapToLong(Map.Entry::getValue)
                        .sum())
                : UNKNOWN;
    }

    private static Double speedUp(Saving saving) {
        return saving == null ? null : saving.speedUp();
    }

    private static String flops(Summary summary, Unit unit) {
        return Saving.flopsPerAnswer(summary) == null
                ? UNKNOWN
                : number("%.0f", unit.of(Saving.perAnswer(summary.teacherFlops(), summary)))
                        + " + "
                        + number("%.0f", unit.of(Saving.perAnswer(summary.studentFlops(), summary)));
    }

    private static String perAnswer(String format, Double total, Row row) {
        return number(format, Saving.perAnswer(total, row.summary));
    }

    private static String percent(Double share) {
        return share == null ? UNKNOWN : number("%.1f", 100 * share);
    }

    private static String number(String format, Double value) {
        return value == null ? UNKNOWN : String.format(Locale.ROOT, format, value);
    }
}
