package io.gkt.student.guidance;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.gkt.protocol.GuidanceApi;
import io.gkt.protocol.GuidanceRequest;
import io.gkt.protocol.GuidanceResponse;
import io.gkt.protocol.Timings;
import io.gkt.protocol.Usage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.json.JsonMapper;

/**
 * A server where the teacher should be, which behaves as no working teacher would. (The real one is driven by the
 * end-to-end tests.)
 */
public final class ScriptedTeacher implements AutoCloseable {

    /** What it does with a request. */
    public interface Script {
        void play(HttpExchange exchange, GuidanceRequest request) throws IOException, InterruptedException;
    }

    private final JsonMapper json = JsonMapper.shared();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<GuidanceRequest> requests = new CopyOnWriteArrayList<>();
    private final List<String> deadlines = new CopyOnWriteArrayList<>();
    private final List<String> cancelled = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private volatile Script script;

    public ScriptedTeacher(Script script) throws IOException {
        this.script = script;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext(GuidanceApi.PATH, exchange -> {
            try (exchange) {
                authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
                if (exchange.getRequestMethod().equals("DELETE")) {
                    String path = exchange.getRequestURI().getPath();
                    cancelled.add(path.substring(path.lastIndexOf('/') + 1));
                    exchange.sendResponseHeaders(204, -1);
                    return;
                }
                deadlines.add(exchange.getRequestHeaders().getFirst(GuidanceApi.DEADLINE_HEADER));
                GuidanceRequest request = json.readValue(exchange.getRequestBody(), GuidanceRequest.class);
                requests.add(request);
                this.script.play(exchange, request);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
    }

    /** Says the text. */
    public static Script says(String text, String finishReason) {
        return (exchange, request) -> answer(
                exchange,
                JsonMapper.shared()
                        .writeValueAsString(new GuidanceResponse(
                                request.id(),
                                "scripted",
                                text,
                                finishReason,
                                Usage.of(5, 7, 0),
                                new Timings(1, 2, 3, 1))));
    }

    /** Streams texts; then {@code end}, such as {@link #ending}, or nothing more if it is null. */
    public static Script streams(Script end, String... texts) {
        return (exchange, request) -> {
            exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            for (String text : texts) {
                event(exchange, new GuidanceResponse(request.id(), "scripted", text, null, null, null));
            }
            if (end != null) {
                end.play(exchange, request);
            }
        };
    }

    /** A stream's last events. */
    public static Script ending(String finishReason) {
        return (exchange, request) -> {
            event(
                    exchange,
                    new GuidanceResponse(
                            request.id(), "scripted", "", finishReason, Usage.of(5, 7, 0), new Timings(1, 2, 3, 1)));
            data(exchange, GuidanceApi.STREAM_END);
        };
    }

    static void event(HttpExchange exchange, Object event) throws IOException {
        data(exchange, JsonMapper.shared().writeValueAsString(event));
    }

    static void data(HttpExchange exchange, String data) throws IOException {
        exchange.getResponseBody().write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
    }

    /** Answers 200 with this body. */
    public static Script body(String body) {
        return (exchange, request) -> answer(exchange, body);
    }

    /** Answers this status with an empty body. */
    public static Script status(int status, String retryAfter) {
        return (exchange, request) -> {
            if (retryAfter != null) {
                exchange.getResponseHeaders().add("Retry-After", retryAfter);
            }
            exchange.sendResponseHeaders(status, -1);
        };
    }

    /** Accepts and says nothing for longer than any test waits. */
    public static Script hangs() {
        return (exchange, request) -> Thread.sleep(30_000);
    }

    private static void answer(HttpExchange exchange, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    public void now(Script next) {
        script = next;
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    public List<GuidanceRequest> requests() {
        return requests;
    }

    List<String> deadlines() {
        return deadlines;
    }

    List<String> authorizations() {
        return authorizations;
    }

    public List<String> cancelled() {
        return cancelled;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
