package io.gkt.evaluation.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ReportTest {

    private static final Path RUNS = Path.of("src/test/resources/io/gkt/evaluation/report/runs");

    @TempDir
    private Path directory;

    private final StringWriter err = new StringWriter();

    private String page() throws IOException {
        Path page = directory.resolve("page.html");
        assertThat(run(RUNS, "--out", page)).isZero();
        return Files.readString(page);
    }

    private int run(Object... arguments) {
        return new CommandLine(new Report())
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err, true))
                .execute(Stream.of(arguments).map(Object::toString).toArray(String[]::new));
    }

    @Test
    void thePageSaysWhatWasRunAndWhatCameOfIt() throws IOException {
        assertThat(page())
                .contains("With 16 tokens of guidance, 100.0 % of the answers are right.")
                .contains("The student alone reaches 25.0 %.")
                .contains("4, seed 7", "5,000,000 parameters", "2026-01-02T03:04:05Z")
                .contains("--mode gkt --guidance-tokens 8")
                .contains("aria-label=\"Accuracy by length of the guidance\"")
                .contains("aria-label=\"Accuracy by teacher tokens\"", "aria-label=\"Accuracy by price\"")
                .contains("aria-label=\"Time to the first text\"", "aria-label=\"Time to the whole answer\"")
                .contains("<td>75.0 (30.0–95.0)</td>");
    }

    @Test
    void chartsTakeTheirColoursFromThePage() throws IOException {
        assertThat(page())
                .contains("var(--guided)", "var(--teacher)", "var(--student)", "var(--without-leaked)")
                .doesNotContain(",2,3)");
    }

    @Test
    void idsAreUnique() throws IOException {
        var ids = Pattern.compile("\\sid=\"([^\"]*)\"")
                .matcher(page())
                .results()
                .map(id -> id.group(1))
                .toList();

        assertThat(ids).isNotEmpty().doesNotHaveDuplicates();
    }

    @Test
    void guidanceIsHighlightedInTheAnswer() throws IOException {
        assertThat(page())
                .contains("<mark>We need 12 + </mark>4 * 4 - 5. The answer is 20.")
                .contains("From “guidance 16”");
    }

    @Test
    void nothingIsFetched() throws IOException {
        assertThat(page().replaceAll("xmlns(:\\w+)?=\"[^\"]*\"", ""))
                .doesNotContainPattern("(?i)https?://|src=|<link|@import|url\\((?!#)");
    }

    @Test
    void whatModelsAndDataSayIsText() throws IOException {
        Path only = Files.createDirectory(directory.resolve("only"));
        for (String file : new String[] {"gkt-8.jsonl", "gkt-8.summary.json"}) {
            Files.copy(RUNS.resolve(file), only.resolve(file));
        }

        assertThat(run(only)).isZero();
        assertThat(Files.readString(only.resolve("report.html")))
                .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;")
                .contains("12 &lt;b&gt;pears&lt;")
                .doesNotContain("<script", "<b>");
    }

    @Test
    void runsWithoutSummaryAreLeftOut() throws IOException {
        Path partial = Files.createDirectory(directory.resolve("partial"));
        Files.copy(RUNS.resolve("student.jsonl"), partial.resolve("student.jsonl"));
        Files.copy(RUNS.resolve("student.summary.json"), partial.resolve("student.summary.json"));
        Files.copy(RUNS.resolve("teacher.jsonl"), partial.resolve("teacher.jsonl"));

        assertThat(run(partial)).isZero();
        assertThat(Files.readString(partial.resolve("report.html")))
                .contains("<td>student alone</td>")
                .doesNotContain("<td>teacher alone</td>");
    }

    @Test
    void runsOnDifferentDataAreNotMixed() throws IOException {
        Files.copy(RUNS.resolve("student.summary.json"), directory.resolve("a.summary.json"));
        Files.writeString(
                directory.resolve("b.summary.json"),
                Files.readString(RUNS.resolve("student.summary.json")).replace("\"demo\"", "\"gsm8k\""));

        assertThat(run(directory)).isEqualTo(1);
        assertThat(err.toString()).contains("holds runs on different data (demo, gsm8k)");
    }

    @Test
    void aDirectoryWithoutRunsIsRefused() {
        assertThat(run(directory)).isEqualTo(1);
        assertThat(run(directory.resolve("nowhere"))).isEqualTo(1);
        assertThat(err.toString()).contains("holds no run").contains("nowhere is not a directory");
    }
}
