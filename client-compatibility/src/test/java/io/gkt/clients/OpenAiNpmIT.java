package io.gkt.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** OpenAI's own package for JavaScript, which is fetched from npm; without npm its tests are skipped. */
class OpenAiNpmIT {

    private static final String VERSION = System.getProperty("openai-npm.version");
    private static final Path DIRECTORY = Path.of("target", "npm").toAbsolutePath();
    private static final Path SCRIPT = DIRECTORY.resolve("openai.mjs");

    private static Pair pair;

    @BeforeAll
    static void start() throws Exception {
        Files.createDirectories(DIRECTORY);
        assumeTrue(
                runs("node", "--version")
                        && (Files.isDirectory(DIRECTORY.resolve("node_modules/openai"))
                                || runs("npm", "install", "--no-audit", "--no-fund", "openai@" + VERSION)),
                "needs node and npm, to fetch openai@" + VERSION);
        Files.copy(Path.of("src/test/resources/openai.mjs"), SCRIPT, StandardCopyOption.REPLACE_EXISTING);
        pair = Pair.start();
    }

    @AfterEach
    void settle() throws Exception {
        pair.awaitIdle();
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .directory(DIRECTORY.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(DIRECTORY.resolve("npm.log").toFile())
                    .start();
            return process.waitFor(120, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static JsonNode run(String feature) throws Exception {
        Path output = DIRECTORY.resolve(feature + ".json");
        Path errors = DIRECTORY.resolve(feature + ".log");
        Process process = new ProcessBuilder(
                        "node",
                        SCRIPT.toString(),
                        feature,
                        pair.baseUrl(),
                        Pair.MODEL,
                        Pair.PROBLEM,
                        String.valueOf(Pair.LONG))
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
        return JsonMapper.shared().readTree(Files.readString(output));
    }

    @Test
    void chat() throws Exception {
        JsonNode answer = run("chat");

        assertThat(answer.at("/choices/0/message/content").asString()).contains("The answer is");
        assertThat(answer.at("/choices/0/finish_reason").asString()).isEqualTo("stop");
    }

    @Test
    void stream() throws Exception {
        JsonNode result = run("stream");

        assertThat(result.path("same").asBoolean()).isTrue();
        assertThat(result.at("/usage/completion_tokens").asInt()).isPositive();
    }

    @Test
    void errors() throws Exception {
        JsonNode result = run("errors");

        assertThat(result.at("/bad/name").asString()).isEqualTo("BadRequestError");
        assertThat(result.at("/bad/param").asString()).isEqualTo("top_p");
        assertThat(result.at("/missing/name").asString()).isEqualTo("NotFoundError");
        assertThat(result.at("/missing/code").asString()).isEqualTo("model_not_found");
    }

    /** A real overload: the only place is taken when the client asks for the first time. */
    @Test
    void retriesAfter429() throws Exception {
        long refused = pair.responses(429);
        CompletableFuture<HttpResponse<String>> first = pair.occupy();
        JsonNode result = run("retriesAfter429");

        assertThat(result.at("/refused/name").asString()).isEqualTo("RateLimitError");
        assertThat(result.path("text").asString()).isNotBlank();
        assertThat(first.get().statusCode()).isEqualTo(200);
        assertThat(pair.responses(429)).isGreaterThanOrEqualTo(refused + 2);
    }

    /** A real outage: the teacher, whose answer alone is wanted, is back only after the client was told to come again. */
    @Test
    void retriesAfter503() throws Exception {
        long unavailable = pair.responses(503);
        pair.loseTeacher();
        JsonNode result = run("retriesAfter503");

        assertThat(result.at("/refused/name").asString()).isEqualTo("InternalServerError");
        assertThat(result.at("/refused/status").asInt()).isEqualTo(503);
        assertThat(result.path("text").asString()).contains("The answer is");
        assertThat(pair.responses(503)).isGreaterThanOrEqualTo(unavailable + 2);
    }

    /** Afterwards the edge is free again. */
    @Test
    void timeout() throws Exception {
        assertThat(run("timeout").path("name").asString()).isEqualTo("APIConnectionTimeoutError");
    }

    /** The edge notices, and stops before the answer is whole. */
    @Test
    void cancel() throws Exception {
        double generated = pair.generated();

        assertThat(run("cancel").path("chunks").asInt()).isBetween(3, Pair.LONG / 2);
        pair.awaitIdle();
        assertThat(pair.generated() - generated).isLessThan(Pair.LONG);
    }

    @Test
    void extraFields() throws Exception {
        JsonNode result = run("extraFields");

        assertThat(result.at("/answer/gkt/guidance/outcome").asString()).isEqualTo("used");
        assertThat(result.at("/bad/param").asString()).isEqualTo("top_k");
    }

    @Test
    void completions() throws Exception {
        assertThat(run("completions").at("/choices/0/text").asString()).isNotBlank();
    }

    @Test
    void models() throws Exception {
        JsonNode result = run("models");

        assertThat(result.path("listed")).hasToString("[\"" + Pair.MODEL + "\"]");
        assertThat(result.at("/missing/name").asString()).isEqualTo("NotFoundError");
    }
}
