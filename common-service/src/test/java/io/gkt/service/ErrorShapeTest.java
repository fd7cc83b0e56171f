package io.gkt.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.protocol.GuidanceRequest;
import jakarta.validation.Valid;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"spring.config.import=classpath:common-service.properties", "gkt.service.max-request-size=2KB"})
class ErrorShapeTest {

    private static final String JSON = "application/json";

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @RestController
    static class Application {

        @PostMapping("/requests")
        GuidanceRequest request(@Valid @RequestBody GuidanceRequest request) {
            return request;
        }

        @PostMapping("/failures/{kind}")
        void fail(@PathVariable String kind) {
            switch (kind) {
                case "full" -> throw ApiException.queueFull(Duration.ofMillis(1500));
                case "soon" -> throw ApiException.unavailable("draining", Duration.ZERO);
                case "too-late" -> throw ApiException.tooLate(Duration.ofSeconds(3));
                case "late" -> throw ApiException.deadlineExceeded("too late");
                default -> throw new IllegalStateException("secret");
            }
        }
    }

    @LocalServerPort
    private int port;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void whatIsRightPasses() throws Exception {
        String body =
                "{\"id\": \"1\", \"prompt\": \"\\ud83d\\ude00\", \"temperature\": 1, \"top_p\": 0.5, \"new\": {}}";

        assertThat(post(body).statusCode()).isEqualTo(200);
        assertThat(JsonMapper.shared().readTree(post(body).body()))
                .isEqualTo(JsonMapper.shared().readTree("""
                {"id": "1", "prompt": "\\ud83d\\ude00", "temperature": 1.0, "top_p": 0.5}"""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {
                "temperature         | {'id': '1', 'prompt': 'a', 'temperature': '1'}",
                "temperature         | {'id': '1', 'prompt': 'a', 'temperature': ''}",
                "temperature         | {'id': '1', 'prompt': 'a', 'temperature': 'NaN'}",
                "temperature         | {'id': '1', 'prompt': 'a', 'temperature': true}",
                "temperature         | {'id': '1', 'prompt': 'a', 'temperature': 1e309}",
                "temperature         | {'id': '1', 'prompt': 'a', 'temperature': 2.5}",
                "temperature         | {'id': '1', 'prompt': 'a', 'temperature': []}",
                "top_p               | {'id': '1', 'prompt': 'a', 'top_p': {'a': 1}}",
                "top_p               | {'id': '1', 'prompt': 'a', 'top_p': 0}",
                "top_k               | {'id': '1', 'prompt': 'a', 'top_k': 1.5}",
                "top_k               | {'id': '1', 'prompt': 'a', 'top_k': 1099511627776}",
                "seed                | {'id': '1', 'prompt': 'a', 'seed': 18446744073709551616}",
                "max_tokens          | {'id': '1', 'prompt': 'a', 'max_tokens': 9223372036854775808}",
                "max_tokens          | {'id': '1', 'prompt': 'a', 'max_tokens': '8'}",
                "max_tokens          | {'id': '1', 'prompt': 'a', 'max_tokens': 1.5}",
                "max_tokens          | {'id': '1', 'prompt': 'a', 'max_tokens': 0}",
                "stream              | {'id': '1', 'prompt': 'a', 'stream': 1}",
                "stream              | {'id': '1', 'prompt': 'a', 'stream': 'true'}",
                "id                  | {'id': 1, 'prompt': 'a'}",
                "id                  | {'id': 'a/b', 'prompt': 'a'}",
                "prompt              | {'id': '1', 'prompt': 1}",
                "prompt              | {'id': '1', 'prompt': ['a']}",
                "messages            | {'id': '1'}",
                "messages            | {'id': '1', 'messages': 'a'}",
                "messages            | {'id': '1', 'messages': []}",
                "messages[0]         | {'id': '1', 'messages': ['a']}",
                "messages[0].content | {'id': '1', 'messages': [{'role': 'user', 'content': 1}]}",
                "messages[0].content | {'id': '1', 'messages': [{'role': 'user', 'content': [1]}]}",
                "messages[0].content | {'id': '1', 'messages': [{'role': 'user'}]}",
                "messages[1].role    | {'id': '1', 'messages': [{'role': 'user', 'content': ''}, {'role': 'king', 'content': ''}]}",
                "stop[1]             | {'id': '1', 'prompt': 'a', 'stop': ['a', '']}",
                "stop                | {'id': '1', 'prompt': 'a', 'stop': 'a'}",
            })
    void wrongFieldsAreNamed(String param, String body) throws Exception {
        JsonNode error = error(post(body.replace('\'', '"')), 400);

        assertThat(error.path("type").asString()).isEqualTo("invalid_request_error");
        assertThat(error.path("param").asString()).isEqualTo(param);
        assertThat(error.path("message").asString())
                .startsWith(param)
                .doesNotContain("java")
                .doesNotContain("gkt");
    }

    static Stream<Arguments> bodiesThatAreNoRequest() {
        return Stream.of(
                        "",
                        "null",
                        "[]",
                        "1",
                        "{",
                        "{\"id\": NaN}",
                        "{\"id\": \"1\"]",
                        "{\"stop\": [\"a\"}",
                        "{\"id\": \"1\", \"prompt\": \"a\", \"temperature\": Infinity}",
                        "{\"id\": \"1\", \"id\": \"2\", \"prompt\": \"a\"}",
                        "{\"id\": \"1\", \"top_p\": 1, \"top_p\": 1, \"prompt\": \"a\"}",
                        "{\"id\": \"1\", \"prompt\": \"a\"} x",
                        "{\"id\": \"1\", \"prompt\": \"a\"} {}",
                        "{\"id\": \"1\", \"prompt\": \"a\nb\"}",
                        "{\"id\": \"1\", \"stop\": [\"a\"",
                        "{\"id\": \"1\", \"seed\": " + "9".repeat(1500) + "}",
                        "{\"id\": \"1\", \"x\": " + "[".repeat(500) + "]".repeat(500) + "}")
                .map(body -> Arguments.of(JSON, body.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @MethodSource("bodiesThatAreNoRequest")
    void bodiesThatAreNoRequestAreRefused(String contentType, byte[] body) throws Exception {
        JsonNode error = error(post(contentType, BodyPublishers.ofByteArray(body)), 400);

        assertThat(error.path("message").asString()).doesNotContain("Stream").doesNotContain("Source");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*/*",
                "application/*",
                "application/*+json",
                "text/plain",
                "application/x-www-form-urlencoded",
                "nonsense"
            })
    void bodiesOfOtherOrNoDefiniteTypesAreRefused(String type) throws Exception {
        error(post(type, BodyPublishers.ofString("{\"id\": \"1\", \"prompt\": \"%s\"}")), 415);
    }

    @Test
    void whoReadsManyLanguagesIsServed() throws Exception {
        HttpResponse<String> response = send(request("/requests")
                .header("Content-Type", JSON)
                .header("Accept-Language", "en," + "x,".repeat(500) + "de")
                .POST(BodyPublishers.ofString("{\"id\": \"1\", \"prompt\": \"a\"}")));

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    }

    @Test
    void noEncodingOfABodyFailsTheServer() throws Exception {
        String body = "{\"id\": \"1\", \"prompt\": \"\u00e9\"}";
        for (String charset : new String[] {"UTF-8", "UTF-16", "UTF-16LE", "UTF-32", "ISO-8859-1"}) {
            byte[] bytes = body.getBytes(charset);
            for (String type : new String[] {JSON, JSON + ";charset=" + charset, JSON + ";charset=utf-16"}) {
                assertThat(post(type, BodyPublishers.ofByteArray(bytes)).statusCode())
                        .as("%s as %s", charset, type)
                        .isIn(200, 400);
            }
        }
        byte[] marked = ("\ufeff" + body).getBytes(StandardCharsets.UTF_8);
        assertThat(post(JSON, BodyPublishers.ofByteArray(marked)).statusCode()).isIn(200, 400);
        assertThat(post("{\"id\": \"1\", \"prompt\": \"\\ud800 \\udc00\\ud800\"}")
                        .statusCode())
                .isIn(200, 400);
        assertThat(post(JSON + ";charset=none", BodyPublishers.ofString(body)).statusCode())
                .isIn(400, 415);
    }

    @Test
    void tooLargeBodiesAreRefused() throws Exception {
        byte[] large = ("{\"id\": \"1\", \"prompt\": \"" + "a".repeat(3000) + "\"}").getBytes(StandardCharsets.UTF_8);

        error(post(JSON, BodyPublishers.ofByteArray(large)), 413);
        error(post(JSON, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))), 413);
    }

    @Test
    void requestsThatNoControllerTakesAreRefused() throws Exception {
        error(post("text/plain", BodyPublishers.ofString("{}")), 415);
        error(post("no type", BodyPublishers.ofString("{}")), 415);
        error(send(request("/nowhere").GET()), 404);
        HttpResponse<String> wrongMethod = send(request("/requests").GET());
        error(wrongMethod, 405);
        assertThat(wrongMethod.headers().firstValue("Allow")).hasValue("POST");
        error(
                send(request("/requests")
                        .header("Content-Type", JSON)
                        .header("Accept", "image/png")
                        .POST(BodyPublishers.ofString("{\"id\": \"1\", \"prompt\": \"a\"}"))),
                406);
        error(send(request("/error").GET()), 404);
    }

    @ParameterizedTest
    @CsvSource({"GET /%zz HTTP/1.1,400", "GET /a|b HTTP/1.1,400", "NONSENSE,400", "GET / HTTP/9.9,505"})
    void requestsThatTheServerCannotParseAreRefused(String line, int status) throws Exception {
        String response = raw(line + "\r\nHost: a\r\nConnection: close\r\n\r\n");

        assertThat(response).startsWith("HTTP/1.1 " + status).contains("{\"error\":{");
    }

    @Test
    void tooLargeHeadersAreRefused() throws Exception {
        String response = raw("GET / HTTP/1.1\r\nHost: a\r\nX-Large: " + "a".repeat(20_000) + "\r\n\r\n");

        assertThat(response).startsWith("HTTP/1.1 4").contains("{\"error\":{");
    }

    @Test
    void errorsSayWhetherAndWhenToTryAgain() throws Exception {
        HttpResponse<String> full = fail("full");
        assertThat(error(full, 429).path("type").asString()).isEqualTo("rate_limit_error");
        assertThat(full.headers().firstValue("Retry-After")).hasValue("2");
        assertThat(full.headers().firstValue("Retry-After-Ms")).hasValue("1500");

        HttpResponse<String> soon = fail("soon");
        error(soon, 503);
        assertThat(soon.headers().firstValue("Retry-After")).hasValue("1");

        HttpResponse<String> tooLate = fail("too-late");
        assertThat(error(tooLate, 429).path("code").asString()).isEqualTo("too_late");
        assertThat(tooLate.headers().firstValue("Retry-After")).hasValue("3");
        assertThat(tooLate.headers().firstValue("x-should-retry")).hasValue("false");

        HttpResponse<String> late = fail("late");
        error(late, 504);
        assertThat(late.headers().firstValue("x-should-retry")).isEmpty();
    }

    @Test
    void unexpectedFailuresTellNothing() throws Exception {
        HttpResponse<String> response = fail("unknown");

        assertThat(error(response, 500).path("type").asString()).isEqualTo("server_error");
        assertThat(response.body()).doesNotContain("secret").doesNotContain("Exception");
        assertThat(response.headers().firstValue("x-should-retry")).hasValue("false");
    }

    private HttpResponse<String> fail(String kind) throws Exception {
        return send(request("/failures/" + kind).POST(BodyPublishers.noBody()));
    }

    private HttpResponse<String> post(String body) throws Exception {
        return post(JSON, BodyPublishers.ofString(body));
    }

    private HttpResponse<String> post(String contentType, BodyPublisher body) throws Exception {
        return send(request("/requests").header("Content-Type", contentType).POST(body));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static JsonNode error(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith(JSON);
        JsonNode error = JsonMapper.shared().readTree(response.body()).path("error");
        assertThat(error.path("message").asString()).isNotBlank();
        assertThat(error.has("param") && error.has("code") && error.has("type")).isTrue();
        return error;
    }
}
