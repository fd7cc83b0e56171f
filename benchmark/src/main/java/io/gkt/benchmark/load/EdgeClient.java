package io.gkt.benchmark.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks a running service, as clients do that know JSON and nothing else. Connections are kept. */
public final class EdgeClient {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final URI url;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** @param url where the service listens */
    public EdgeClient(URI url) {
        this.url = url;
    }

    private HttpRequest post(String path, Map<String, ?> body) {
        return HttpRequest.newBuilder(url.resolve(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
                .build();
    }

    /**
     * Asks for a whole answer.
     *
     * @param path of the endpoint
     * @param body of the request
     * @return the response's body
     * @throws IOException if the status is not 200
     */
    public JsonNode whole(String path, Map<String, ?> body) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(post(path, body), BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(path + " answered " + response.statusCode() + ": " + response.body());
        }
        return JSON.readTree(response.body());
    }

    /**
     * Asks for a stream, and reads it or hangs up.
     *
     * @param path   of the endpoint
     * @param body   of the request
     * @param hangUp whether to close the connection after the first bytes
     * @throws IOException if the status is not 200, or the stream that is read does not end as it should
     */
    public void stream(String path, Map<String, ?> body, boolean hangUp) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = http.send(post(path, body), BodyHandlers.ofInputStream());
        try (InputStream stream = response.body()) {
            if (hangUp && stream.read() >= 0) {
                return;
            }
            String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            if (response.statusCode() != 200 || !text.strip().endsWith("[DONE]")) {
                throw new IOException(path + " answered " + response.statusCode() + ": " + text);
            }
        }
    }

    /**
     * Asks for something that is to be deleted.
     *
     * @param path of it
     * @return the response's status
     * @throws IOException if the service can't be reached
     */
    public int delete(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(url.resolve(path)).DELETE().build(), BodyHandlers.discarding())
                .statusCode();
    }
}
