package io.gkt.evaluation.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gkt.evaluation.accuracy.Concise;
import io.gkt.evaluation.accuracy.Dataset;
import io.gkt.evaluation.accuracy.Mode;
import io.gkt.evaluation.accuracy.ModelFacts;
import io.gkt.evaluation.accuracy.PromptStyle;
import io.gkt.evaluation.accuracy.Questions;
import io.gkt.evaluation.accuracy.Settings;
import io.gkt.evaluation.accuracy.Summary;
import io.gkt.evaluation.report.Comparison;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class SweepRunTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Path FIXED = Path.of("src/test/resources/io/gkt/evaluation/report/runs");

    @TempDir
    private Path directory;

    private final List<Settings> made = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final StringWriter progress = new StringWriter();
    private String breaksAt = "";

    /** Stands for an edge: leaves the fixed summary of that mode. */
    private Summary leaveFixed(Settings settings, Path out) throws IOException {
        String name = out.getFileName().toString().replace(".jsonl", "");
        if (name.equals(breaksAt)) {
            throw new IOException("the edge is gone");
        }
        if (out.startsWith(directory)) {
            made.add(settings);
            names.add(name);
        }
        String fixed = settings.mode() == Mode.GKT ? "gkt-8" : settings.mode().toString();
        ObjectNode summary = (ObjectNode) JSON.readTree(Files.readString(FIXED.resolve(fixed + ".summary.json")));
        summary.put("concurrency", settings.concurrency());
        if (settings.mode() == Mode.GKT) {
            summary.put("guidance_tokens", settings.guidanceTokens());
        }
        Files.writeString(out.resolveSibling(name + ".summary.json"), summary.toString());
        return JSON.treeToValue(summary, Summary.class);
    }

    private Comparison sweep(List<Integer> lengths, int concurrency, boolean resume)
            throws IOException, InterruptedException {
        Settings settings = new Settings(
                URI.create("http://127.0.0.1:1"),
                null,
                new Questions(new PromptStyle(Dataset.DEMO, 0, true), null, 4, 7),
                Mode.STUDENT,
                12,
                128,
                (Concise) null,
                null,
                concurrency,
                resume,
                false,
                new ModelFacts(null, null, null, null),
                "evaluation sweep");
        return new SweepRun(settings, directory, this::leaveFixed, new PrintWriter(progress, true)).run(lengths);
    }

    @Test
    void modelsAloneComeFirstThenGuidanceTheShortestFirst() throws Exception {
        sweep(List.of(16, 0, 4, 8, 4), 4, false);

        assertThat(names).containsExactly("student", "teacher", "teacher-one-by-one", "gkt-4", "gkt-8", "gkt-16");
        assertThat(made).extracting(Settings::concurrency).containsExactly(4, 4, 1, 4, 4, 4);
        assertThat(made.subList(3, 6)).extracting(Settings::guidanceTokens).containsExactly(4, 8, 16);
        assertThat(progress.toString()).contains("Warming up", "[1/6] student", "[6/6] gkt-16");
    }

    @Test
    void oneByOneIsNotRunTwice() throws Exception {
        sweep(List.of(8), 1, false);

        assertThat(names).containsExactly("student", "teacher", "gkt-8");
    }

    @Test
    void theDemoHasLengthsOfItsOwn() throws Exception {
        sweep(null, 4, false);

        assertThat(names.subList(3, names.size()))
                .containsExactly("gkt-4", "gkt-8", "gkt-12", "gkt-16", "gkt-20", "gkt-24");
    }

    @Test
    void lengthsGoUpToTheTeachersMeanAnswer() {
        assertThat(PlannedRun.upToWhole(21.3, 5)).containsExactly(5, 10, 15, 20);
        assertThat(PlannedRun.upToWhole(20, 5)).containsExactly(5, 10, 15);
    }

    @Test
    void resumingKeepsWhatIsThere() throws Exception {
        breaksAt = "gkt-8";
        assertThatThrownBy(() -> sweep(List.of(4, 8), 4, false)).hasMessage("the edge is gone");
        breaksAt = "";
        made.clear();
        names.clear();

        Comparison comparison = sweep(List.of(4, 8), 4, true);

        assertThat(names).containsExactly("gkt-8");
        assertThat(comparison.rows())
                .extracting(Comparison.Row::name)
                .containsExactly("student", "gkt-4", "gkt-8", "teacher", "teacher-one-by-one");
        assertThat(progress.toString()).contains("[4/5] gkt-4: there already");
    }

    @Test
    void runsThatLackAnswersAreGoneOnWith() throws Exception {
        sweep(List.of(8), 4, false);
        Path file = directory.resolve("teacher.summary.json");
        Files.writeString(file, Files.readString(file).replace("\"n\":4", "\"n\":3"));
        names.clear();

        sweep(List.of(8), 4, true);

        assertThat(names).containsExactly("teacher");
    }

    @Test
    void whatWasMeasuredStandsInOneFileWithWhatItSaves() throws Exception {
        sweep(List.of(8), 4, false);

        var rows = JSON.readTree(directory.resolve("sweep.json")).path("rows");
        assertThat(rows).hasSize(4);
        assertThat(rows.path(1).path("name").asString()).isEqualTo("gkt-8");
        assertThat(rows.path(1).path("summary").path("accuracy").asDouble()).isEqualTo(0.75);
        assertThat(rows.path(1)
                        .path("saved_at_same_concurrency")
                        .path("teacher_tokens")
                        .asDouble())
                .isEqualTo(0.8);
    }

    @Test
    void nothingIsLeftOfTheWarmUp() throws Exception {
        sweep(List.of(8), 4, false);

        try (var files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "sweep.json",
                            "student.summary.json",
                            "teacher.summary.json",
                            "teacher-one-by-one.summary.json",
                            "gkt-8.summary.json");
        }
    }
}
