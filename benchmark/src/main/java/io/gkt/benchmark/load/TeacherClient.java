package io.gkt.benchmark.load;

import io.gkt.protocol.GuidanceApi;
import io.gkt.protocol.GuidanceRequest;
import io.gkt.protocol.GuidanceResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.json.JsonMapper;

/** Asks a running teacher as an edge does. Connections are kept. */
public final class TeacherClient {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final URI endpoint;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** @param url where the teacher listens */
    public TeacherClient(URI url) {
        this.endpoint = url.resolve(GuidanceApi.PATH);
    }

    /**
     * Sends a request.
     *
     * @param request what to ask
     * @param due     when it should be sent, {@link System#nanoTime()}: its latency counts from then
     * @return what becomes of it; fails if the teacher can't be reached
     */
    public CompletableFuture<Reply> ask(GuidanceRequest request, long due) {
        HttpRequest post = HttpRequest.newBuilder(endpoint)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(request)))
                .build();
        return http.sendAsync(post, BodyHandlers.ofString()).thenApply(response -> {
            long end = System.nanoTime();
            return new Reply(
                    response.statusCode(),
                    (end - due) / 1e6,
                    end,
                    response.statusCode() == 200 ? JSON.readValue(response.body(), GuidanceResponse.class) : null);
        });
    }
}
