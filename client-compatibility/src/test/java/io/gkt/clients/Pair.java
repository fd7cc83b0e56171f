package io.gkt.clients;

import io.gkt.endtoend.ServiceProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * Both services, started once for all clients. The edge makes one answer at a time and lets nobody wait, so that it is
 * soon overloaded.
 */
final class Pair {

    static final String MODEL = "demo-student";
    static final String PROBLEM = "Tom has 47 shells. Lara has 3 more shells than Tom. How many shells does Lara have?";

    /** Tokens of an answer that is still being made when a client looks again. */
    static final int LONG = 450;

    private static Pair instance;

    private final ServiceProcess edge;
    private volatile ServiceProcess teacher;
    private CompletableFuture<Void> outage = CompletableFuture.completedFuture(null);

    private Pair() throws Exception {
        teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(teacher)));
        edge = ServiceProcess.edge(
                teacher.url(),
                "--gkt.student.max-concurrent-generations=1",
                "--gkt.student.queue-capacity=0",
                // So that an outage in one test leaves the next its guidance.
                "--resilience4j.circuitbreaker.instances.teacher.failure-rate-threshold=100");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(edge)));
    }

    static synchronized Pair start() throws Exception {
        if (instance == null) {
            instance = new Pair();
        }
        return instance;
    }

    private static void close(ServiceProcess service) {
        try {
            service.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String baseUrl() {
        return edge.url() + "/v1";
    }

    /** Starts an answer of {@link #LONG} tokens and comes back once it is being made. */
    CompletableFuture<HttpResponse<String>> occupy() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(baseUrl() + "/completions"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"prompt\": \"Tom\", \"max_tokens\": " + LONG
                        + ", \"ignore_eos\": true, \"guidance\": {\"mode\": \"off\"}}"))
                .build();
        CompletableFuture<HttpResponse<String>> answer =
                HttpClient.newHttpClient().sendAsync(request, BodyHandlers.ofString());
        edge.await("busy", Duration.ofSeconds(10), () -> running() == 1);
        return answer;
    }

    /**
     * Takes the teacher away, and brings it back once the edge has answered two more requests with 503: to a client that
     * gives up, and to one that will come back.
     */
    void loseTeacher() throws Exception {
        long before = responses(503);
        teacher.kill();
        outage = CompletableFuture.runAsync(() -> {
            try {
                try {
                    edge.await("asked for the teacher", Duration.ofSeconds(20), () -> responses(503) >= before + 2);
                } finally {
                    teacher = ServiceProcess.teacher(teacher.port());
                }
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
    }

    /** Waits until the teacher is there and no answer is being made. */
    void awaitIdle() throws Exception {
        outage.get(120, TimeUnit.SECONDS);
        edge.await("idle", Duration.ofSeconds(10), () -> running() == 0);
    }

    private double running() throws Exception {
        return edge.metric("gkt_student_requests_running");
    }

    /** Responses with this status so far. */
    long responses(int status) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(edge.url() + "/actuator/prometheus"))
                .build();
        return Math.round(HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line ->
                        line.startsWith("http_server_requests_seconds_count{") && line.contains("\"" + status + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum());
    }

    /** Tokens that were generated so far. */
    double generated() throws Exception {
        return edge.metric("gkt_student_generation_tokens_sum");
    }
}
