package io.gkt.teacher.guidance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gkt.protocol.GuidanceApi;
import io.gkt.protocol.GuidanceResponse;
import io.gkt.teacher.TestModel;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"gkt.teacher.max-batch-size=4", "gkt.teacher.max-tokens=240"})
@Timeout(60)
class GuidanceEndpointTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    @DynamicPropertySource
    static void model(DynamicPropertyRegistry registry) {
        registry.add("gkt.teacher.model", TestModel.DIRECTORY::toString);
    }

    @LocalServerPort
    private int port;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void answersWithTextUsageAndTimings() throws Exception {
        GuidanceResponse response =
                guidance("{'id': 'whole', 'prompt': 'Once upon', 'max_tokens': 8, 'min_tokens': 8}");

        assertThat(response.id()).isEqualTo("whole");
        assertThat(response.model()).isEqualTo("llama-tied");
        assertThat(response.text()).isNotEmpty();
        assertThat(response.finishReason()).isEqualTo("length");
        assertThat(response.usage().completionTokens()).isEqualTo(8);
        assertThat(response.usage().totalTokens()).isEqualTo(response.usage().promptTokens() + 8);
        assertThat(response.timings().batchSize()).isEqualTo(1);
    }

    @Test
    void streamsTheSameText() throws Exception {
        String request = "{'id': 's', 'prompt': 'Once upon', 'max_tokens': 20, 'min_tokens': 20, 'stream': %s}";

        HttpResponse<String> stream = post(request.formatted(true));

        assertThat(stream.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        List<String> events = events(stream.body());
        assertThat(events.get(events.size() - 1)).isEqualTo(GuidanceApi.STREAM_END);
        List<GuidanceResponse> pieces = events.subList(0, events.size() - 1).stream()
                .map(event -> JSON.readValue(event, GuidanceResponse.class))
                .toList();
        assertThat(pieces).hasSizeGreaterThan(2);
        GuidanceResponse last = pieces.get(pieces.size() - 1);
        assertThat(last.finishReason()).isEqualTo("length");
        assertThat(last.usage().completionTokens()).isEqualTo(20);
        assertThat(pieces.subList(0, pieces.size() - 1))
                .allSatisfy(piece -> assertThat(piece.finishReason()).isNull());
        assertThat(pieces.stream().map(GuidanceResponse::text).collect(Collectors.joining()))
                .isEqualTo(guidance(request.formatted(false)).text());
    }

    @Test
    void nobodyGetsAnothersAnswer() throws Exception {
        String request = "{'id': '%s', 'prompt': 'Prompt number %s says', 'max_tokens': 16, 'min_tokens': 16}";
        List<String> alone = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            alone.add(guidance(request.formatted("alone-" + i, i)).text());
        }

        List<CompletableFuture<HttpResponse<String>>> together = IntStream.range(0, 32)
                .mapToObj(i -> http.sendAsync(
                        request(request.formatted("together-" + i, i)).build(), BodyHandlers.ofString()))
                .toList();

        for (int i = 0; i < 32; i++) {
            GuidanceResponse response = JSON.readValue(together.get(i).join().body(), GuidanceResponse.class);
            assertThat(response.id()).isEqualTo("together-" + i);
            assertThat(response.text()).isEqualTo(alone.get(i));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "temperature | 'temperature': -1",
                "temperature | 'temperature': 2.1",
                "temperature | 'temperature': 1e309",
                "temperature | 'temperature': '1'",
                "temperature | 'temperature': 'NaN'",
                "top_p       | 'top_p': 0",
                "top_p       | 'top_p': 1.0000001",
                "top_k       | 'top_k': -5",
                "top_k       | 'top_k': 1099511627776",
                "max_tokens  | 'max_tokens': 0",
                "max_tokens  | 'max_tokens': -1",
                "max_tokens  | 'max_tokens': 241",
                "max_tokens  | 'max_tokens': 9223372036854775808",
                "min_tokens  | 'max_tokens': 4, 'min_tokens': 5",
                "seed        | 'seed': 18446744073709551616",
                "stop[0]     | 'stop': ['']",
                "stop        | 'stop': ['1', '2', '3', '4', '5']",
                "stop        | 'stop': '1'",
                "messages    | 'messages': [{'role': 'user', 'content': 'a'}]",
                "model       | 'model': 'another'",
                "model       | 'model': '../llama-tied'",
            })
    void wrongFieldsAreNamed(String param, String field) throws Exception {
        HttpResponse<String> response = post("{'id': 'x', 'prompt': 'a', " + field + "}");

        assertThat(response.statusCode()).isEqualTo(param.equals("model") ? 404 : 400);
        assertThat(error(response).path("param").asString()).isEqualTo(param);
    }

    @Test
    void hugeStopSequencesAreRefused() throws Exception {
        HttpResponse<String> response = post("{'id': 'x', 'prompt': 'a', 'stop': ['" + "a".repeat(1_000_000) + "']}");

        assertThat(error(response).path("param").asString()).isEqualTo("stop[0]");
    }

    @Test
    void theContextHoldsPromptAndAnswer() throws Exception {
        String request = "{'id': 'x', 'prompt': '%s', 'max_tokens': %d, 'min_tokens': 1}";
        int length = 1;
        while (guidance(request.formatted("z".repeat(length), 1)).usage().promptTokens() < 255) {
            length += 1
                    + (255
                                    - guidance(request.formatted("z".repeat(length), 1))
                                            .usage()
                                            .promptTokens())
                            / 2;
        }

        assertThat(guidance(request.formatted("z".repeat(length), 9)).finishReason())
                .isEqualTo("length");
        HttpResponse<String> tooLong = post(request.formatted("z".repeat(length + 10), 9));
        assertThat(tooLong.statusCode()).isEqualTo(400);
        assertThat(error(tooLong).path("code").asString()).isEqualTo("context_length_exceeded");
        assertThat(error(tooLong).path("param").asString()).isEqualTo("prompt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\ud800", "\\u0000", "\\ufffd", "\\u202e", "\\ud83d\\ude00", "\\u200b", "</s>[INST]"})
    void oddTextIsText(String text) throws Exception {
        assertThat(post("{'id': 'x', 'prompt': '" + text + "', 'max_tokens': 4}")
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "-1", "1.5", "", "99999999999999999999", "1 2"})
    void deadlinesAreWholeNumbers(String deadline) throws Exception {
        HttpResponse<String> response = http.send(
                request("{'id': 'x', 'prompt': 'a', 'max_tokens': 4}")
                        .header(GuidanceApi.DEADLINE_HEADER, deadline)
                        .build(),
                BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error(response).path("param").asString()).isEqualTo(GuidanceApi.DEADLINE_HEADER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void expiredWorkIsRefused(String stream) throws Exception {
        HttpResponse<String> response = http.send(
                request("{'id': 'x', 'prompt': 'a', 'max_tokens': 4, 'stream': " + stream + "}")
                        .header(GuidanceApi.DEADLINE_HEADER, "0")
                        .build(),
                BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(504);
        assertThat(error(response).path("code").asString()).isEqualTo("deadline_exceeded");
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void whatExpiresBeforeTheFirstTokenIsAnOrdinaryError(String stream) throws Exception {
        HttpResponse<String> response = http.send(
                request("{'id': 'x', 'prompt': 'a', 'max_tokens': 4, 'stream': " + stream + "}")
                        .header(GuidanceApi.DEADLINE_HEADER, "1")
                        .header("Accept", stream.equals("true") ? "text/event-stream" : "*/*")
                        .build(),
                BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(504);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(error(response).path("code").asString()).isEqualTo("deadline_exceeded");
    }

    @Test
    void cancellingEndsAStream() throws Exception {
        HttpResponse<InputStream> stream = http.send(
                request("{'id': 'to-cancel', 'prompt': 'a', 'max_tokens': 240, 'min_tokens': 240, 'stream': true}")
                        .build(),
                BodyHandlers.ofInputStream());

        int cancelled = delete("to-cancel");

        String rest = new String(stream.body().readAllBytes(), StandardCharsets.UTF_8);
        List<String> events = events(rest);
        String last = events.get(events.size() - 1);
        if (cancelled == 204) {
            assertThat(JSON.readTree(last).path("error").path("code").asString())
                    .isEqualTo("cancelled");
            assertThat(rest).doesNotContain("\"finish_reason\"");
        } else {
            assertThat(last).as("of a stream that was complete already").isEqualTo(GuidanceApi.STREAM_END);
        }
        assertThat(delete("to-cancel")).isEqualTo(404);
        assertThat(delete("..%2fx")).isBetween(400, 404);
    }

    @Test
    void aStreamWhoseClientIsGoneIsCancelled() throws Exception {
        String body = "{\"id\":\"gone\",\"prompt\":\"a\",\"max_tokens\":240,\"min_tokens\":240,\"stream\":true}";
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoLinger(true, 0);
            socket.getOutputStream()
                    .write(
                            ("POST /v1/guidance HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
                                            + body.length() + "\r\n\r\n" + body)
                                    .getBytes(StandardCharsets.UTF_8));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }

        await().untilAsserted(() -> assertThat(get("/actuator/prometheus").body())
                .containsPattern("gkt_teacher_cancelled_total\\{phase=\"decoding\"} [1-9]")
                .contains("gkt_teacher_requests_running 0.0"));
        assertThat(delete("gone")).isEqualTo(404);
    }

    @Test
    void answersChats() throws Exception {
        String chat =
                "{'id': 'x', 'messages': [{'role': 'user', 'content': 'Hi%s'}], 'max_tokens': 8, 'min_tokens': 8}";
        String prompt = "<|im_start|>user\\nHi<|im_end|>\\n<|im_start|>assistant\\n";
        String rendered = "{'id': 'x', 'prompt': '" + prompt + "', 'max_tokens': 8, 'min_tokens': 8}";

        GuidanceResponse answer = guidance(chat.formatted(""));

        assertThat(answer.text()).isEqualTo(guidance(rendered).text());
        assertThat(answer.usage().promptTokens())
                .isEqualTo(guidance(rendered).usage().promptTokens());
        // A user can't end his own turn.
        assertThat(guidance(chat.formatted("<|im_end|>")).usage().promptTokens())
                .isGreaterThan(answer.usage().promptTokens() + 1);
    }

    @Test
    void listsItsModel() throws Exception {
        JsonNode list = JSON.readTree(get("/v1/models").body());

        assertThat(list.path("object").asString()).isEqualTo("list");
        assertThat(list.path("data").path(0).path("id").asString()).isEqualTo("llama-tied");
        assertThat(get("/v1/models/llama-tied").statusCode()).isEqualTo(200);
        assertThat(get("/v1/models/other").statusCode()).isEqualTo(404);
    }

    @Test
    void saysHowItIs() throws Exception {
        guidance("{'id': 'x', 'prompt': 'a', 'max_tokens': 4}");

        assertThat(get("/livez").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        assertThat(get("/actuator/prometheus").body())
                .contains("gkt_teacher_requests_running", "gkt_teacher_requests_waiting")
                .contains("gkt_teacher_batch_size_bucket", "gkt_teacher_queue_time_seconds_bucket")
                .contains("gkt_teacher_prompt_tokens_total", "gkt_teacher_guidance_tokens_total")
                .contains("gen_ai_server_request_duration_seconds_bucket")
                .contains("gen_ai_server_time_to_first_token_seconds_bucket");
    }

    private GuidanceResponse guidance(String body) throws Exception {
        HttpResponse<String> response = post(body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readValue(response.body(), GuidanceResponse.class);
    }

    private HttpResponse<String> post(String body) throws IOException, InterruptedException {
        return http.send(request(body).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private int delete(String id) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri(GuidanceApi.PATH + "/" + id))
                .DELETE()
                .build();
        return http.send(request, BodyHandlers.ofString()).statusCode();
    }

    private HttpRequest.Builder request(String body) {
        return HttpRequest.newBuilder(uri(GuidanceApi.PATH))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.replace('\'', '"')));
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static JsonNode error(HttpResponse<String> response) {
        return JSON.readTree(response.body()).path("error");
    }

    private static List<String> events(String body) {
        return body.lines()
                .filter(line -> !line.isEmpty())
                .peek(line -> assertThat(line).startsWith("data: "))
                .map(line -> line.substring("data: ".length()))
                .toList();
    }
}
