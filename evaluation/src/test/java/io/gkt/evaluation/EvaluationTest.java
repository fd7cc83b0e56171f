package io.gkt.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class EvaluationTest {

    private static final Path CHECKPOINT = Path.of("../inference/src/test/resources/golden/checkpoints/qwen3-qknorm");

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void copyCheckpoint() throws IOException {
        try (Stream<Path> files = Files.list(CHECKPOINT)) {
            files.forEach(file -> copy(file, directory.resolve(file.getFileName())));
        }
    }

    private static void copy(Path from, Path to) {
        try {
            Files.copy(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int run(Object... arguments) {
        CommandLine commandLine = Evaluation.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(
                Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    }

    private Path expected(JsonNode expected) throws IOException {
        return Files.writeString(directory.resolve("expected.json"), expected.toString());
    }

    private ObjectNode expected() {
        return (ObjectNode) JsonMapper.shared().readTree(directory.resolve("expected.json"));
    }

    @Test
    void aCheckpointThatReproducesTheReferencePasses() {
        assertThat(run("verify-checkpoint", directory)).isZero();
        assertThat(out.toString())
                .contains("single        1 prompt tokens")
                .contains("staggered   120 prompt tokens")
                .contains("greedy 24/24  PASS")
                .contains("PASS: 22 of 22 comparisons pass")
                .doesNotContain("FAIL");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void int8IsHeldToWhatItsRoundingExplains() throws IOException {
        assertThat(run("verify-checkpoint", directory, "--precision", "int8")).isZero();
        assertThat(out.toString())
                .containsPattern(
                        "int8: largest logit difference [1-5]\\.\\d\\de-01 \\([1-3]\\.\\d\\de-01 standard deviations\\)")
                .containsPattern("greedy agreement (9\\d|100)\\.\\d %");

        ObjectNode expected = expected();
        ArrayNode logits = (ArrayNode) expected.path("cases").path(1).path("last_logits");
        logits.set(3, logits.get(3).asDouble() + 2);
        expected(expected);
        assertThat(run("verify-checkpoint", directory, "--precision", "int8")).isEqualTo(1);
    }

    @Test
    void aLogitThatIsOffFails() throws IOException {
        ObjectNode expected = expected();
        ArrayNode logits = (ArrayNode) expected.path("cases").path(1).path("last_logits");
        logits.set(3, logits.get(3).asDouble() + 0.01);
        expected(expected);

        assertThat(run("verify-checkpoint", directory)).isEqualTo(1);
        assertThat(out.toString())
                .containsPattern("single +7 prompt tokens +largest logit difference 1\\.00e-02  greedy 24/24  FAIL")
                .contains("FAIL: 19 of 22 comparisons pass");
    }

    @Test
    void aGreedyTokenThatDiffersFails() throws IOException {
        ObjectNode expected = expected();
        ArrayNode greedy = (ArrayNode) expected.path("cases").path(0).path("greedy");
        greedy.set(23, greedy.get(23).asInt() ^ 1);
        expected(expected);

        assertThat(run("verify-checkpoint", directory)).isEqualTo(1);
        assertThat(out.toString()).contains("greedy 23/24  FAIL");
    }

    @Test
    void textsAreOptional() throws IOException {
        ObjectNode expected = expected();
        expected.remove("text");
        expected(expected);
        Files.delete(directory.resolve("tokenizer.json"));

        assertThat(run("verify-checkpoint", directory)).isZero();
    }

    @Test
    void aTextWithOtherTokensFails() throws IOException {
        ObjectNode expected = expected();
        ((ObjectNode) expected.path("text").path(1)).putArray("ids").add(1);
        expected(expected);

        assertThat(run("verify-tokenizer", directory, directory.resolve("expected.json")))
                .isEqualTo(1);
        assertThat(out.toString()).contains("instead of [1]").contains("FAIL: 9 of 10 comparisons pass");
    }

    @Test
    void expectationsThatExpectNothingDoNotPass() throws IOException {
        Path nothing = expected(JsonMapper.shared().readTree("{\"note\": 1}"));

        assertThat(run("verify-tokenizer", directory, nothing)).isEqualTo(1);
        assertThat(run("verify-checkpoint", directory)).isEqualTo(1);
        assertThat(err.toString()).contains("needs cases");
    }

    @ParameterizedTest
    @CsvSource({
        "config.json, {, not valid JSON",
        "config.json, '{\"model_type\": \"gpt2\"}', gpt2",
        "model.safetensors, corrupt, model.safetensors",
        "expected.json, [, not valid JSON",
        "tokenizer.json, {}, tokenizer.json",
    })
    void whatCannotBeReadIsSaidInOneLine(String file, String content, String complaint) throws IOException {
        Files.writeString(directory.resolve(file), content);

        assertThat(run("verify-checkpoint", directory)).isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("Error: ")
                .contains(complaint);
    }

    @Test
    void missingFilesAreNamed() throws IOException {
        Files.delete(directory.resolve("model.safetensors"));

        assertThat(run("verify-checkpoint", directory)).isEqualTo(1);
        assertThat(run("verify-checkpoint", directory.resolve("nowhere"))).isEqualTo(1);
        assertThat(run("verify-tokenizer", directory, directory.resolve("none.json")))
                .isEqualTo(1);
        assertThat(err.toString().lines())
                .hasSize(3)
                .satisfiesExactly(
                        weights -> assertThat(weights).contains("model.safetensors"),
                        nowhere -> assertThat(nowhere).contains("nowhere is not a directory"),
                        none -> assertThat(none).contains("none.json is missing"));
    }

    @Test
    void wrongUsageIsToldApart() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("verify-checkpoint")).isEqualTo(2);
        assertThat(run("verify-everything")).isEqualTo(2);
        assertThat(run("--help")).isZero();
    }
}
