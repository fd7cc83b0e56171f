package io.gkt.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The commands that measure, against running services. */
@Timeout(180)
class EvaluationIT {

    private static final JsonMapper JSON = JsonMapper.shared();

    private static ServiceProcess teacher;
    private static ServiceProcess edge;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() throws Exception {
        teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT);
        edge = ServiceProcess.edge(teacher.url());
    }

    @AfterAll
    static void stop() throws Exception {
        if (edge != null) {
            edge.close();
        }
        if (teacher != null) {
            teacher.close();
        }
    }

    /** One run of the command line. What it prints goes to a file beside the results. */
    private Process evaluation(String name, String arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-jar",
                Path.of("..", "evaluation", "target", "evaluation.jar").toString()));
        command.addAll(List.of(arguments
                .replace("EDGE", "--edge " + edge.url())
                .replace("TEACHER", "--teacher " + teacher.url())
                .split(" ")));
        command.addAll(List.of("--out", results(name).toString()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output(name).toFile()))
                .start();
    }

    private Path results(String name) {
        return directory.resolve(name + ".jsonl");
    }

    private Path output(String name) {
        return directory.resolve(name + ".txt");
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("it ends").isTrue();
        return process.exitValue();
    }

    /** Runs to a good end and returns the summary. */
    private JsonNode run(String name, String arguments) throws Exception {
        assertThat(exitCode(evaluation(name, arguments)))
                .as(() -> read(output(name)))
                .isZero();
        return summary(name);
    }

    private JsonNode summary(String name) {
        return JSON.readTree(read(directory.resolve(name + ".summary.json")));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<JsonNode> items(String name) {
        return read(results(name)).lines().map(JSON::readTree).toList();
    }

    /** What must not depend on when and how a question was asked. */
    private Map<String, String> answers(String name) {
        return items(name).stream()
                .collect(Collectors.toMap(
                        item -> item.path("id").asString(),
                        item -> item.path("completion").asString() + "|"
                                + item.path("extracted").asString("")
                                + "|" + item.path("teacher_tokens").asInt() + "|"
                                + item.path("student_tokens").asInt()));
    }

    private void awaitResults(String name, int count) throws Exception {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(60));
        while (!Files.exists(results(name)) || items(name).size() < count) {
            assertThat(Instant.now()).as("results come").isBefore(deadline);
            Thread.sleep(5);
        }
    }

    @Test
    void guidanceIsWorthMoreThanItCosts() throws Exception {
        JsonNode student = run("student", "accuracy EDGE --mode student --limit 60");
        JsonNode whole = run("teacher", "accuracy EDGE TEACHER --mode teacher --limit 60");
        JsonNode guided = run("gkt", "accuracy EDGE TEACHER --mode gkt --limit 60 --teacher-price 10");

        assertThat(List.of(student, whole, guided)).allSatisfy(summary -> {
            assertThat(summary.path("n").asInt()).isEqualTo(60);
            assertThat(summary.path("errors").asInt()).isZero();
            assertThat(summary.path("student_parameters").asLong()).isPositive();
        });
        assertThat(student.path("teacher_tokens").asInt()).isZero();
        assertThat(whole.path("student_tokens").asInt()).isZero();
        assertThat(whole.path("student_flops").asDouble()).isZero();
        assertThat(guided.path("accuracy").asDouble())
                .isGreaterThan(student.path("accuracy").asDouble());
        assertThat(guided.path("teacher_tokens").asInt())
                .isBetween(1, whole.path("teacher_tokens").asInt() / 2);
        assertThat(guided.path("bytes_up").asInt()).isPositive();
        assertThat(guided.path("cost").asDouble()).isPositive();
        assertThat(items("gkt")).allSatisfy(item -> {
            assertThat(item.path("completion").asString())
                    .startsWith(item.path("guidance").asString());
            assertThat(item.path("outcome").asString()).isIn("used", "complete");
        });
    }

    @Test
    void stagesApartGiveTheAnswersOfBothTogether() throws Exception {
        run("online", "accuracy EDGE --mode gkt --limit 40 --seed 5");
        JsonNode stage = run("guidance", "guidance TEACHER --limit 40 --seed 5 --concurrency 8");
        JsonNode stages = run("stages", "complete EDGE --seed 5 --limit 40 --guidance " + results("guidance"));

        assertThat(stage.path("teacher_tokens")).isEqualTo(stages.path("teacher_tokens"));
        assertThat(answers("stages")).hasSize(40).isEqualTo(answers("online"));
        assertThat(items("stages"))
                .allSatisfy(item -> assertThat(item.path("outcome").asString()).isEqualTo("given"));
    }

    @Test
    void aWholeAnswerAsGuidanceIsLeftAsItIs() throws Exception {
        run("whole", "guidance TEACHER --limit 5 --guidance-tokens 128");
        JsonNode summary = run("stages", "complete EDGE --limit 5 --guidance " + results("whole"));

        assertThat(summary.path("student_tokens").asInt()).isZero();
        assertThat(summary.path("leaked").asInt())
                .isEqualTo(summary.path("correct").asInt());
    }

    @Test
    void guidanceFromElsewhereNeedsOnlyIdsAndTexts() throws Exception {
        ObjectNode line = JSON.createObjectNode().put("id", "demo-2").put("guidance", " We need 50 + 7");
        Path elsewhere = Files.writeString(directory.resolve("elsewhere.jsonl"), line + "\n");

        JsonNode summary = run("stages", "complete EDGE --guidance " + elsewhere);
        assertThat(summary.path("n").asInt()).isEqualTo(1);
        assertThat(items("stages").get(0).path("completion").asString().strip()).startsWith("We need 50 +");
    }

    @Test
    void aRunThatWasKilledGoesOnWhereItWas() throws Exception {
        run("uninterrupted", "accuracy EDGE --mode gkt --limit 60 --concurrency 2");
        Process killed = evaluation("resumed", "accuracy EDGE --mode gkt --limit 60 --concurrency 2");
        awaitResults("resumed", 7);
        killed.destroyForcibly().waitFor();
        int had = items("resumed").size();
        assertThat(had).isLessThan(60);

        JsonNode summary = run("resumed", "accuracy EDGE --mode gkt --limit 60 --concurrency 2 --resume");
        assertThat(items("resumed")).hasSize(60);
        assertThat(answers("resumed")).isEqualTo(answers("uninterrupted"));
        assertThat(summary.path("correct")).isEqualTo(summary("uninterrupted").path("correct"));
    }

    @Test
    void aRunThatIsStoppedSummarisesWhatItHas() throws Exception {
        Process stopped = evaluation("stopped", "accuracy EDGE --mode student --concurrency 1");
        awaitResults("stopped", 3);
        stopped.destroy();

        assertThat(exitCode(stopped)).isEqualTo(ServiceProcess.TERMINATED);
        assertThat(summary("stopped").path("n").asInt())
                .isBetween(3, items("stopped").size());
        String others = "accuracy EDGE --mode student --max-tokens 64 --resume";
        assertThat(exitCode(evaluation("stopped", others))).isEqualTo(1);
        assertThat(read(output("stopped"))).contains("is of another run");
    }

    @Test
    void whenTheEdgeDiesTheRunEndsAndSaysSo() throws Exception {
        try (ServiceProcess mortal = ServiceProcess.edge(teacher.url())) {
            Process orphan =
                    evaluation("orphan", "accuracy --edge " + mortal.url() + " --mode student --concurrency 1");
            awaitResults("orphan", 3);
            mortal.kill();

            assertThat(exitCode(orphan)).isEqualTo(1);
        }
        assertThat(read(output("orphan")).lines().filter(line -> !line.startsWith("orphan.jsonl: ")))
                .singleElement()
                .asString()
                .startsWith("Error: ")
                .contains("of 500 results are in", "--resume");
    }

    /** A golden checkpoint that takes prompts as long as worked examples make them. */
    private Path checkpoint(String name) throws IOException {
        Path copy = Files.createDirectories(directory.resolve(name));
        try (Stream<Path> files = Files.list(Path.of("../inference/src/test/resources/golden/checkpoints", name))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        ObjectNode config = (ObjectNode) JSON.readTree(read(copy.resolve("config.json")));
        config.put("max_position_embeddings", 4096);
        Files.writeString(copy.resolve("config.json"), config.toString());
        return copy;
    }

    /** The weights are random, so only the plumbing is tested: accuracy means nothing here. */
    @Test
    void publicDatasetsRunThrough() throws Exception {
        try (ServiceProcess random = ServiceProcess.teacher(
                        ServiceProcess.ANY_PORT, "--gkt.teacher.model=" + checkpoint("mistral"));
                ServiceProcess student =
                        ServiceProcess.edge(random.url(), "--gkt.student.model=" + checkpoint("qwen3-qknorm"))) {
            String services = "accuracy --edge " + student.url() + " --teacher " + random.url() + " --mode gkt";
            for (String dataset : List.of("gsm8k", "csqa", "aqua")) {
                String data = " --dataset " + dataset + " --data ../evaluation/src/test/resources/datasets/" + dataset
                        + ".jsonl --max-tokens 60";
                JsonNode guided = run(dataset, services + " --paper-scoring" + data);
                JsonNode brief = run(dataset + "-brief", services + " --concise brief --few-shot 1" + data);

                assertThat(List.of(guided, brief)).allSatisfy(summary -> {
                    assertThat(summary.path("n").asInt()).isEqualTo(5);
                    assertThat(summary.path("teacher_flops").asDouble()).isPositive();
                });
                assertThat(guided.path("paper_accuracy").isNumber()).isTrue();
                assertThat(guided.path("few_shot").asInt()).isGreaterThan(3);
                assertThat(items(dataset)).allSatisfy(item -> {
                    assertThat(item.path("id").asString()).startsWith(dataset + "-");
                    assertThat(item.path("expected").asString()).isNotBlank();
                    assertThat(item.path("teacher_prompt_tokens").asInt()).isGreaterThan(100);
                });
            }
        }
    }
}
