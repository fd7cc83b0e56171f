package io.gkt.evaluation.report;

import com.samskivert.mustache.Mustache;
import io.gkt.evaluation.accuracy.Item;
import io.gkt.evaluation.accuracy.Summary;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/** The report as one HTML page that needs nothing else. */
final class Page {

    private static final String TEMPLATE = "page.html.mustache";

    private final List<Run> runs;
    private final Summary any;
    private final Comparison comparison;
    private final Optional<Run> recommended;

    Page(List<Run> runs) {
        this.runs = runs;
        this.any = runs.get(0).summary();
        this.comparison = Comparison.of(runs);
        this.recommended =
                comparison.recommended().flatMap(row -> first(run -> run.name().equals(row.name())));
    }

    private record Fact(String name, String value) {}

    private record Section(String title, List<Charts.Figure> figures) {}

    private record Command(String run, String line) {}

    private record Content(
            String title,
            String finding,
            List<Fact> facts,
            List<Section> sections,
            List<Table> tables,
            String examplesFrom,
            List<Handover> examples,
            List<Command> commands) {}

    String html() throws IOException {
        Content content = new Content(
                "Guidance on " + any.dataset(),
                finding(),
                facts(),
                sections(),
                List.of(comparison.accuracy(), comparison.cost()),
                recommended.map(run -> Run.label(run.summary())).orElse(""),
                recommended
                        .map(run -> Handover.examples(run, first(Run::isStudentAlone), first(Run::isTeacherAlone)))
                        .orElse(List.of()),
                runs.stream()
                        .filter(run -> run.summary().command() != null)
                        .map(run -> new Command(run.name(), run.summary().command()))
                        .toList());
        try (Reader template = new InputStreamReader(
                Objects.requireNonNull(Page.class.getResourceAsStream(TEMPLATE)), StandardCharsets.UTF_8)) {
            return Mustache.compiler()
                    .nullValue("")
                    .emptyStringIsFalse(true)
                    .compile(template)
                    .execute(content);
        }
    }

    private String finding() {
        return comparison.recommended().map(row -> finding(row.summary())).orElse("");
    }

    private String finding(Summary guided) {
        StringBuilder finding = new StringBuilder(format(
                "With %d tokens of guidance, %.1f %% of the answers are right.",
                guided.guidanceTokens(), 100 * guided.accuracy()));
        first(Run::isStudentAlone)
                .ifPresent(student ->
                        finding.append(format(" The student alone reaches %.1f %%.", student.percentRight())));
        first(Run::isTeacherAlone)
                .ifPresent(teacher -> finding.append(format(
                        " The teacher alone reaches %.1f %% and decodes %.1f tokens per answer, with guidance %.1f.",
                        teacher.percentRight(), teacher.summary().meanTeacherTokens(), guided.meanTeacherTokens())));
        return finding.append(format(
                        " In %.1f %% of the answers, the guidance already contains the final result.",
                        100 * guided.leakedRate()))
                .toString();
    }

    private List<Fact> facts() {
        List<Fact> facts = new ArrayList<>(List.of(
                new Fact("Questions", format("%d, seed %d", any.n(), any.seed())),
                new Fact("Prompt", any.chat() ? "chat" : any.fewShot() + " worked examples"),
                new Fact(
                        "Requests at once",
                        Integer.toString(runs.stream()
                                .mapToInt(run -> run.summary().concurrency())
                                .max()
                                .orElse(1)))));
        parameters("Teacher", any.teacherParameters()).ifPresent(facts::add);
        parameters("Student", any.studentParameters()).ifPresent(facts::add);
        if (any.started() != null) {
            facts.add(new Fact("Begun", any.started().replaceFirst("\\.\\d+", "")));
        }
        return facts;
    }

    private static Optional<Fact> parameters(String whose, Long count) {
        return Optional.ofNullable(count).map(known -> new Fact(whose, format("%,d parameters", known)));
    }

    private List<Section> sections() throws IOException {
        List<Run> timed = runs.stream()
                .filter(run ->
                        !run.isGuided() || recommended.filter(run::equals).isPresent())
                .toList();
        return List.of(
                new Section("Accuracy", accuracy()),
                new Section(
                        "Latency",
                        List.of(
                                Charts.times("Time to the first text", timed, Item::ttftMs),
                                Charts.times("Time to the whole answer", timed, Item::totalMs))));
    }

    private List<Charts.Figure> accuracy() throws IOException {
        Charts charts = new Charts(runs);
        List<Charts.Figure> figures = new ArrayList<>();
        figures.add(charts.accuracyByLength());
        figures.add(charts.accuracyByCost("teacher tokens", "teacher tokens per answer", Summary::meanTeacherTokens));
        if (runs.stream().allMatch(run -> run.summary().cost() != null)) {
            figures.add(charts.accuracyByCost("price", "price of all answers", Summary::cost));
        } else if (runs.stream().allMatch(run -> Saving.flopsPerAnswer(run.summary()) != null)) {
            Unit unit = comparison.flops();
            figures.add(charts.accuracyByCost(
                    "computation",
                    unit.name() + " per answer, both models",
                    summary -> unit.of(Saving.flopsPerAnswer(summary))));
        }
        return figures;
    }

    private Optional<Run> first(Predicate<Run> which) {
        return runs.stream().filter(which).findFirst();
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
