package io.gkt.service.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.gkt.inference.generation.FinishReason;
import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.protocol.Message;
import io.gkt.protocol.Usage;
import io.gkt.service.ApiException;
import io.gkt.service.Conversation;
import io.gkt.service.upstream.UpstreamRequest.Input;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is sent, and what is made of what comes back, as documented for the servers that speak OpenAI's API; the server
 * is scripted. (Real ones are asked by the end-to-end tests.)
 */
@Timeout(30)
class UpstreamTest {

    private static final String MODEL = "meta-llama/Llama-3.1-8B-Instruct";
    private static final JsonMapper JSON = JsonMapper.shared();

    private interface Script {
        void play(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch clientGone = new CountDownLatch(1);
    private HttpServer server;
    private volatile Script script;
    private volatile HttpExchange received;
    private volatile JsonNode body;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                received = exchange;
                body = JSON.readTree(exchange.getRequestBody());
                script.play(exchange);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
        script = events("{'choices':[{'text':'Hi','finish_reason':'stop'}]}", "[DONE]");
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private UpstreamSettings settings(String path, String key, Path keyFile) {
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
        return new UpstreamSettings(url, MODEL, PromptForm.TOKENS, key, keyFile, Duration.ofSeconds(1), null);
    }

    private Upstream upstream(UpstreamSettings settings) {
        return new Upstream(settings, "gkt.teacher", new DefaultSslBundleRegistry(), ObservationRegistry.NOOP);
    }

    private static Script events(String... data) {
        return exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "text/event-stream; charset=utf-8");
            exchange.sendResponseHeaders(200, 0);
            for (String event : data) {
                write(exchange, ": comment\n\ndata: " + event.replace('\'', '"') + "\n\n");
            }
        };
    }

    private static Script answer(int status, String headers, String body) {
        return exchange -> {
            for (String header : headers.isEmpty() ? new String[0] : headers.split(";")) {
                exchange.getResponseHeaders().add(header.split("=")[0], header.split("=")[1]);
            }
            byte[] bytes = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    private static void write(HttpExchange exchange, String text) throws IOException {
        exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
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
            assertThat(ended.complete(new Ended(text.toString(), reason, usage, null)))
                    .isTrue();
        }

        @Override
        public void failed(ApiException error) {
            assertThat(ended.complete(new Ended(text.toString(), null, null, error)))
                    .isTrue();
        }

        Ended await() throws Exception {
            return ended.get(10, TimeUnit.SECONDS);
        }
    }

    private static UpstreamRequest greedy(Input input) {
        return UpstreamRequest.of(MODEL, input, 12, List.of(), SamplingParameters.GREEDY, false);
    }

    private Ended generate(UpstreamRequest request, Duration limit) throws Exception {
        Recorder recorder = new Recorder();
        upstream(settings("", null, null)).generate(request, limit, recorder);
        return recorder.await();
    }

    private Ended generate() throws Exception {
        return generate(greedy(Input.tokens(new int[] {1})), Duration.ofSeconds(10));
    }

    private static JsonNode golden(String name) throws IOException {
        try (InputStream file = UpstreamTest.class.getResourceAsStream(name)) {
            return JSON.readTree(file);
        }
    }

    @Test
    void tokensAndEveryParameterAreSentAsVllmDocumentsThem() throws Exception {
        SamplingParameters sampling = new SamplingParameters(
                0.7, 40, 0.9, 0.05, 1.1, 0.5, -0.5, Map.of(128009, -100.0), 3, OptionalLong.of(7));
        generate(
                UpstreamRequest.of(
                        MODEL, Input.tokens(new int[] {128000, 9906, 11}), 12, List.of("\nQ:", "\n\n"), sampling, true),
                Duration.ofSeconds(10));

        assertThat(received.getRequestURI()).hasToString("/v1/completions");
        assertThat(body).isEqualTo(golden("vllm-completions.json"));
    }

    @Test
    void renderedTextBringsItsOwnSpecialTokens() throws Exception {
        generate(greedy(Input.text("<|begin_of_text|>Hello,", false)), Duration.ofSeconds(10));

        assertThat(received.getRequestURI()).hasToString("/v1/completions");
        assertThat(body).isEqualTo(golden("vllm-completions-text.json"));
    }

    private static UpstreamRequest chat(Boolean continueFinalMessage, Message... messages) {
        return greedy(Input.chat(Conversation.of(List.of(messages), continueFinalMessage, null)));
    }

    @Test
    void chatsAreSentAsMessages() throws Exception {
        generate(chat(null, new Message("system", "Be brief."), new Message("user", "2 + 2?")), Duration.ofSeconds(10));

        assertThat(received.getRequestURI()).hasToString("/v1/chat/completions");
        assertThat(body).isEqualTo(golden("vllm-chat.json"));
    }

    @Test
    void aLastMessageThatIsToBeContinuedIsNamedAsVllmDocumentsIt() throws Exception {
        Message question = new Message("user", "2 + 2?");
        Message begun = new Message("assistant", "That is");
        generate(chat(null, question, begun), Duration.ofSeconds(10));

        assertThat(body.path("messages")).hasSize(2);
        assertThat(body.path("continue_final_message").asBoolean()).isTrue();
        assertThat(body.path("add_generation_prompt").asBoolean(true)).isFalse();

        generate(chat(false, question, begun), Duration.ofSeconds(10));

        assertThat(body.path("continue_final_message").asBoolean(true)).isFalse();
        assertThat(body.has("add_generation_prompt")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"'',/v1/completions", "/,/v1/completions", "/v1,/v1/completions", "/api/v1/,/api/v1/completions"})
    void theBaseUrlMayEndAsOpenAisDoes(String path, String asked) throws Exception {
        Recorder recorder = new Recorder();
        upstream(settings(path, "sk-1", null))
                .generate(greedy(Input.tokens(new int[] {1})), Duration.ofSeconds(10), recorder);
        recorder.await();

        assertThat(received.getRequestURI()).hasToString(asked);
        assertThat(received.getRequestHeaders().getFirst("Authorization")).isEqualTo("Bearer sk-1");
    }

    @Test
    void theKeyMayStandInAFile(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("key"), "sk-2\n");
        Recorder recorder = new Recorder();
        upstream(settings("", null, file))
                .generate(greedy(Input.tokens(new int[] {1})), Duration.ofSeconds(10), recorder);
        recorder.await();

        assertThat(received.getRequestHeaders().getFirst("Authorization")).isEqualTo("Bearer sk-2");
    }

    @Test
    void piecesUsageAndTheEndAreRead() throws Exception {
        script = events(
                "{'choices':[{'index':0,'text':'Hello','finish_reason':null}],'usage':null}",
                "{'choices':[{'index':0,'text':' you','finish_reason':'length'}]}",
                "{'choices':[],'usage':{'prompt_tokens':5,'completion_tokens':2,'total_tokens':7,"
                        + "'prompt_tokens_details':{'cached_tokens':4}}}",
                "[DONE]");

        assertThat(generate()).isEqualTo(new Ended("Hello you", FinishReason.LENGTH, Usage.of(5, 2, 4), null));
    }

    @Test
    void aChatsDeltasAreRead() throws Exception {
        script = events(
                "{'choices':[{'index':0,'delta':{'role':'assistant','content':null},'finish_reason':null}]}",
                "{'choices':[{'index':0,'delta':{'content':'Hello'},'finish_reason':null}]}",
                "{'choices':[{'index':0,'delta':{},'finish_reason':'stop'}]}",
                "[DONE]");

        assertThat(generate(chat(null, new Message("user", "Hi")), Duration.ofSeconds(10)))
                .isEqualTo(new Ended("Hello", FinishReason.STOP, null, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "429 | Retry-After=7 | {'error':{'message':'busy'}} | 429 | 7000 | Too many requests",
                "429 | Retry-After-Ms=250 | `` | 429 | 250 | Too many requests",
                "503 | Retry-After=Wed, 21 Oct 2099 07:28:00 GMT | Loading | 503 | 2000 | not ready",
                "401 | `` | {'error':{'message':'sk-1 is wrong'}} | 502 | | does not accept this one's key",
                "404 | `` | {'error':{'message':'no such model'}} | 502 | | no such model or endpoint",
                "400 | `` | {'error':{'message':'top_k is unknown'}} | 400 | | says: top_k is unknown",
                "400 | `` | {'object':'error','message':'Maximum context length is 8'} | 400 | | context length is 8",
                "422 | `` | {'error':'inputs must be short','error_type':'validation'} | 400 | | must be short",
                "500 | `` | <html>oops</html> | 502 | | answered 500",
                "200 | Content-Type=application/json | {'choices':[{'text':'x'}]} | 502 | | without streaming"
            })
    void errorsAreMapped(int status, String headers, String said, int mapped, Long retryMillis, String words)
            throws Exception {
        script = answer(status, headers, said);

        ApiException error = generate().error();

        assertThat(error.status().value()).isEqualTo(mapped);
        assertThat(error.retryAfter().map(Duration::toMillis).orElse(null)).isEqualTo(retryMillis);
        assertThat(error).hasMessageContaining(words).hasMessageNotContaining("sk-1");
    }

    @Test
    void aPromptThatIsTooLongIsToldByItsCode() throws Exception {
        script = answer(400, "", "{'error':{'code':400,'type':'exceed_context_size_error','message':'too long'}}");

        assertThat(generate().error().code()).isEqualTo("context_length_exceeded");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'error':{'message':'out of memory'}}",
                "{'choices':[{'text':'','finish_reason':'content_filter'}]}",
                "half an event {",
                "[DONE]"
            })
    void aStreamThatBreaksOffIsABadGateway(String event) throws Exception {
        script = events("{'choices':[{'text':'Hello','finish_reason':null}]}", event);

        Ended ended = generate();

        assertThat(ended.text()).isEqualTo("Hello");
        assertThat(ended.error().status().value()).isEqualTo(502);
    }

    @Test
    void aServerThatIsAwayIsUnavailable() throws Exception {
        server.stop(0);

        ApiException error = generate().error();

        assertThat(error.status().value()).isEqualTo(503);
        assertThat(error.retryAfter()).isPresent();
    }

    /** Goes on for as long as somebody reads. */
    private void writeUntilNobodyReads(HttpExchange exchange) throws InterruptedException {
        try {
            events("{'choices':[{'text':'Hello','finish_reason':null}]}").play(exchange);
            while (true) {
                write(exchange, "data: {\"choices\":[{\"text\":\"!\",\"finish_reason\":null}]}\n\n");
                Thread.sleep(5);
            }
        } catch (IOException e) {
            clientGone.countDown();
        }
    }

    @Test
    void theDeadlineEndsTheServersWork() throws Exception {
        script = this::writeUntilNobodyReads;

        assertThat(generate(greedy(Input.tokens(new int[] {1})), Duration.ofMillis(300))
                        .error()
                        .status()
                        .value())
                .isEqualTo(504);
        assertThat(clientGone.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void cancellingEndsTheServersWorkAndTellsNothingMore() throws Exception {
        script = this::writeUntilNobodyReads;
        Recorder recorder = new Recorder();
        Upstream.Exchange exchange = upstream(settings("", null, null))
                .generate(greedy(Input.tokens(new int[] {1})), Duration.ofSeconds(20), recorder);
        while (recorder.text.isEmpty()) {
            Thread.sleep(5);
        }

        exchange.cancel();

        assertThat(clientGone.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(recorder.ended).isNotDone();
    }

    @Test
    void aServerIsThereWhenItListsItsModels() {
        script = answer(200, "", "{'object':'list','data':[]}");
        assertThat(upstream(settings("", null, null)).isThere()).isTrue();
        script = answer(503, "", "Loading");
        assertThat(upstream(settings("", null, null)).isThere()).isFalse();
        server.stop(0);
        assertThat(upstream(settings("", null, null)).isThere()).isFalse();
    }
}
