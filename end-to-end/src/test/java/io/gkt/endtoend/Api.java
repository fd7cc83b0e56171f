package io.gkt.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client of either service that knows no more than HTTP and JSON.
 *
 * @param url  where the service listens
 * @param http speaks HTTP/1.1
 */
public record Api(URI url, HttpClient http) {

    public static final String CHAT = "/v1/chat/completions";
    public static final String GUIDANCE = "/v1/guidance";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final HttpClient HTTP = client().build();

    /** With a client that has no certificates. */
    public Api(URI url) {
        this(url, HTTP);
    }

    /** Of what others are made that have certificates. */
    public static HttpClient.Builder client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(60));
    }

    public HttpRequest post(String path, String json) {
        return request(path).POST(BodyPublishers.ofString(json)).build();
    }

    public HttpRequest post(String path, byte[] body, String header, String value) {
        return request(path)
                .setHeader(header, value)
                .POST(BodyPublishers.ofByteArray(body))
                .build();
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).GET().build());
    }

    public HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, BodyHandlers.ofString());
    }

    /** The lines of a response as they come; closing it hangs up. */
    Stream<String> lines(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, BodyHandlers.ofLines()).body();
    }

    public CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest request) {
        return http.sendAsync(request, BodyHandlers.ofString());
    }

    /** The body of a response that must be a success. */
    public static JsonNode success(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    /** The error of a response that must be one, in OpenAI's shape. */
    public static JsonNode error(HttpResponse<String> response) {
        assertThat(response.headers().firstValue("Content-Type").orElse(""))
                .as("content type of " + response.statusCode() + " " + response.body())
                .startsWith("application/json");
        JsonNode error = JSON.readTree(response.body()).path("error");
        assertThat(error.path("message").asString("")).as(response.body()).isNotBlank();
        assertThat(error.path("type").asString("")).as(response.body()).isNotBlank();
        assertThat(error.has("param") && error.has("code")).as(response.body()).isTrue();
        return error;
    }

    /** What the events of a stream say. */
    public static List<JsonNode> events(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        List<String> data = response.body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length()))
                .toList();
        assertThat(data).last().isEqualTo("[DONE]");
        return data.subList(0, data.size() - 1).stream().map(JSON::readTree).toList();
    }

    public static JsonNode guidance(JsonNode answer) {
        return answer.path("gkt").path("guidance");
    }

    public static String outcome(JsonNode answer) {
        return guidance(answer).path("outcome").asString();
    }

    public static String text(JsonNode answer) {
        return answer.path("choices").path(0).path("message").path("content").asString();
    }
}
