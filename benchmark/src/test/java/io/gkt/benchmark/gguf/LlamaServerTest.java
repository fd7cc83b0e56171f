package io.gkt.benchmark.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gkt.demo.DemoModels;
import io.gkt.inference.LanguageModel;
import io.gkt.inference.chat.ChatMessage;
import io.gkt.inference.decoder.Precision;
import io.gkt.inference.decoder.Slot;
import io.gkt.inference.generation.FinishReason;
import io.gkt.inference.generation.GenerationRequest;
import io.gkt.inference.generation.Sequence;
import io.gkt.inference.generation.StopMatcher;
import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.protocol.Usage;
import io.gkt.service.ApiException;
import io.gkt.service.upstream.PromptForm;
import io.gkt.service.upstream.Upstream;
import io.gkt.service.upstream.UpstreamListener;
import io.gkt.service.upstream.UpstreamRequest;
import io.gkt.service.upstream.UpstreamRequest.Input;
import io.gkt.service.upstream.UpstreamSettings;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The client of servers with OpenAI's API against llama.cpp's own, which runs the demo student. Needs
 * {@code llama-server} on the PATH; CONTRIBUTING.md says where to have it from.
 */
@Timeout(60)
class LlamaServerTest {

    private static final String STUDENT = "demo-student";

    private static Process server;
    private static URI url;
    private static Upstream upstream;
    private static LanguageModel model;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        assumeTrue(runs("llama-server", "--version"), "needs llama.cpp's llama-server on the PATH");
        Path gguf = directory.resolve("student.gguf");
        Gguf.write(DemoModels.student(), GgmlType.F32, vocabulary(), gguf);
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        server = new ProcessBuilder(
                        "llama-server",
                        "-m",
                        gguf.toString(),
                        "--port",
                        "" + port,
                        "-c",
                        "512",
                        "-np",
                        "1",
                        "-t",
                        "2",
                        "--slots")
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target", "llama-server.log").toFile())
                .start();
        url = URI.create("http://127.0.0.1:" + port);
        while (!ready()) {
            assertThat(server.isAlive()).as("see target/llama-server.log").isTrue();
            Thread.sleep(50);
        }
        upstream = new Upstream(
                new UpstreamSettings(url, STUDENT, PromptForm.TOKENS, null, null, Duration.ofSeconds(1), null),
                "gkt.student",
                new DefaultSslBundleRegistry(),
                ObservationRegistry.NOOP);
        model = LanguageModel.load(DemoModels.student(), Precision.FLOAT32, 1, 512);
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.destroyForcibly().waitFor();
            model.close();
        }
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean ready() throws InterruptedException {
        try {
            return body("/health").contains("ok");
        } catch (IOException e) {
            return false;
        }
    }

    private static String body(String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url + path)).build(), BodyHandlers.ofString())
                .body();
    }

    private static List<String> vocabulary() {
        String[] tokens = new String[416];
        Arrays.setAll(tokens, id -> "<unused" + id + ">");
        JsonMapper.shared()
                .readTree(DemoModels.student().resolve("tokenizer.json"))
                .at("/model/vocab")
                .properties()
                .forEach(token -> tokens[token.getValue().asInt()] = token.getKey());
        return List.of(tokens);
    }

    /** How a request ended. */
    private record Ended(String text, FinishReason reason, Usage usage, ApiException error) {}

    private static final class Recorder implements UpstreamListener {

        private final StringBuffer text = new StringBuffer();
        private final CompletableFuture<Ended> ended = new CompletableFuture<>();

        @Override
        public void piece(String piece) {
            text.append(piece);
        }

        @Override
        public void finished(FinishReason reason, Usage usage) {
            ended.complete(new Ended(text.toString(), reason, usage, null));
        }

        @Override
        public void failed(ApiException error) {
            ended.complete(new Ended(text.toString(), null, null, error));
        }
    }

    private static int[] prompt(int problem) {
        String question = "Tom has " + (11 + problem) + " shells. Lara has " + (3 + problem)
                + " more shells than Tom. How many shells does Lara have?";
        return model.tokenizer()
                .encode(model.chatTemplate().orElseThrow().prompt(List.of(new ChatMessage("user", question)), true));
    }

    private static Upstream.Exchange begin(int[] tokens, int maxTokens, List<String> stop, Recorder recorder) {
        return upstream.generate(
                UpstreamRequest.of(
                        STUDENT, Input.tokens(tokens), maxTokens, stop, SamplingParameters.GREEDY, maxTokens > 200),
                Duration.ofSeconds(20),
                recorder);
    }

    private static Ended generate(int[] tokens, int maxTokens, String... stop) throws Exception {
        Recorder recorder = new Recorder();
        begin(tokens, maxTokens, List.of(stop), recorder);
        return recorder.ended.get(20, TimeUnit.SECONDS);
    }

    private static Ended here(int[] tokens, int maxTokens, String... stop) {
        Slot slot = model.decoder().slots().acquire(tokens).orElseThrow();
        try {
            Sequence sequence = new Sequence(
                    model,
                    new GenerationRequest(tokens, tokens.length, maxTokens, SamplingParameters.GREEDY, false),
                    slot,
                    new StopMatcher(List.of(stop)));
            while (sequence.finishReason().isEmpty()) {
                sequence.accept(model.decoder().step(List.of(sequence.next(256)))[0]);
            }
            return new Ended(sequence.drainText(), sequence.finishReason().orElseThrow(), null, null);
        } finally {
            model.decoder().slots().release(slot);
        }
    }

    private static void assertSame(Ended there, Ended here) {
        assertThat(there.error()).isNull();
        assertThat(there.text()).isNotBlank().isEqualTo(here.text());
        assertThat(there.reason()).isEqualTo(here.reason());
    }

    @Test
    void itWritesWhatTheEngineWrites() throws Exception {
        for (int problem = 0; problem < 5; problem++) {
            int[] prompt = prompt(problem);
            Ended whole = generate(prompt, 100);
            assertSame(whole, here(prompt, 100));
            assertThat(whole.reason()).isEqualTo(FinishReason.STOP);
            assertThat(whole.usage().promptTokens()).isEqualTo(prompt.length);

            Ended cut = generate(prompt, 12);
            assertSame(cut, here(prompt, 12));
            assertThat(cut.reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(cut.usage().completionTokens()).isEqualTo(12);

            int[] guided = model.tokenizer()
                    .encode(model.chatTemplate()
                            .orElseThrow()
                            .prompt(List.of(new ChatMessage("user", "How many?")), true)
                            .plus(" We need 12 +"));
            assertSame(generate(guided, 60), here(guided, 60));
        }
    }

    @Test
    void itStopsWhereItIsTold() throws Exception {
        assertSame(generate(prompt(0), 100, "="), here(prompt(0), 100, "="));
    }

    @Test
    void aPromptThatIsTooLongIsToldByItsCode() throws Exception {
        int[] tooLong = new int[600];
        Arrays.fill(tooLong, prompt(0)[0]);
        ApiException error = generate(tooLong, 5).error();

        assertThat(error.status().value()).isEqualTo(400);
        assertThat(error.code()).isEqualTo("context_length_exceeded");
    }

    @Test
    void whoCancelsEndsItsWork() throws Exception {
        Recorder recorder = new Recorder();
        Upstream.Exchange exchange = begin(prompt(0), 400, List.of(), recorder);
        while (recorder.text.isEmpty()) {
            Thread.sleep(1);
        }

        exchange.cancel();

        JsonNode slot;
        do {
            slot = JsonMapper.shared().readTree(body("/slots")).path(0);
        } while (slot.path("is_processing").booleanValue());
        int held = slot.path("n_prompt_tokens").asInt(0);
        assertThat(held - prompt(0).length).as("tokens written of 400").isBetween(1, 300);
        assertThat(generate(prompt(1), 12).reason()).isEqualTo(FinishReason.LENGTH);
    }
}
