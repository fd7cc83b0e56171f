package io.gkt.endtoend;

import static io.gkt.endtoend.Api.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An edge whose teacher comes, goes and comes back. */
@Timeout(180)
class TeacherLossIT {

    private static final int CLIENTS = 8;
    private static final Set<String> GUIDED = Set.of("used", "complete");

    @Test
    void theEdgeAnswersWithAndWithoutItsTeacher() throws Exception {
        int port = ServiceProcess.freePort();
        URI url = URI.create("http://127.0.0.1:" + port);
        try (ServiceProcess edge = ServiceProcess.edge(url)) {
            assertThat(Api.outcome(answer(edge, 0)))
                    .as("before there is a teacher")
                    .startsWith("fallback_");

            try (ServiceProcess teacher = ServiceProcess.teacher(port)) {
                awaitGuidance(edge);
                List<String> outcomes = killUnderLoad(edge, teacher);
                assertThat(outcomes)
                        .allMatch(outcome -> GUIDED.contains(outcome) || outcome.startsWith("fallback_"))
                        .anyMatch(outcome -> outcome.startsWith("fallback_"));
            }

            try (ServiceProcess teacher = ServiceProcess.teacher(port)) {
                awaitGuidance(edge);
            }
        }
    }

    @Test
    void aTeacherThatDiesAmidItsWholeAnswerEndsTheStreamWithAnError() throws Exception {
        String only = "\"guidance\": {\"mode\": \"only\"}";
        try (ServiceProcess teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT);
                ServiceProcess edge = ServiceProcess.edge(teacher.url())) {
            String request = Problems.chat(1, "\"stream\": true", "\"min_tokens\": 400", "\"max_tokens\": 400", only);
            List<String> events = new ArrayList<>();
            try (Stream<String> lines = edge.api().lines(edge.api().post(CHAT, request))) {
                for (Iterator<String> line = lines.iterator(); line.hasNext(); ) {
                    String event = line.next();
                    if (event.startsWith("data: ")) {
                        events.add(event.substring("data: ".length()));
                    }
                    if (event.contains("\"source\":\"teacher\"")) {
                        teacher.kill();
                    }
                }
            }
            assertThat(events).doesNotContain("[DONE]").hasSizeGreaterThan(2);
            JsonNode error =
                    JsonMapper.shared().readTree(events.get(events.size() - 1)).path("error");
            assertThat(error.path("type").asString()).isEqualTo("server_error");
            assertThat(error.path("message").asString()).contains("broke off");
            assertThat(error.has("param") && error.has("code")).isTrue();

            HttpResponse<String> away = edge.api().send(edge.api().post(CHAT, Problems.chat(1, only)));
            assertThat(away.statusCode()).isEqualTo(503);
            assertThat(Api.error(away).path("code").asString()).isEqualTo("unavailable");
            assertThat(away.headers().firstValueAsLong("Retry-After")).hasValue(2);
            assertThat(away.headers().firstValueAsLong("Retry-After-Ms")).hasValue(2_000);
        }
    }

    @Test
    void oneTeacherStandsInForTheOther() throws Exception {
        try (ServiceProcess one = ServiceProcess.teacher(ServiceProcess.ANY_PORT);
                ServiceProcess other = ServiceProcess.teacher(ServiceProcess.ANY_PORT);
                ServiceProcess edge = ServiceProcess.start(
                        "edge-student",
                        ServiceProcess.ANY_PORT,
                        "--gkt.student.teacher.url=" + one.url() + "," + other.url())) {
            awaitGuidance(edge);
            awaitGuidance(edge);
            for (ServiceProcess teacher : List.of(one, other)) {
                assertThat(teacher.metric("gkt_teacher_queue_time_seconds_count"))
                        .as("they take turns")
                        .isPositive();
            }

            assertThat(killUnderLoad(edge, one)).as("nobody misses it").allMatch(GUIDED::contains);

            other.kill();
            assertThat(Api.outcome(answer(edge, 0))).as("both are away").startsWith("fallback_");
        }
    }

    private static JsonNode answer(ServiceProcess edge, int problem) throws Exception {
        HttpResponse<String> response = edge.api().send(edge.api().post(CHAT, Problems.chat(problem)));
        JsonNode answer = Api.success(response);
        assertThat(Api.text(answer)).isNotBlank();
        return answer;
    }

    /** Not longer than a circuit breaker stays open. */
    private static void awaitGuidance(ServiceProcess edge) throws Exception {
        edge.await("guided", Duration.ofSeconds(30), () -> GUIDED.contains(Api.outcome(answer(edge, 1))));
    }

    /** Clients that ask without a pause; the teacher dies once each has had an answer. */
    private static List<String> killUnderLoad(ServiceProcess edge, ServiceProcess teacher) throws Exception {
        List<String> outcomes = Collections.synchronizedList(new ArrayList<>());
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<CompletableFuture<Void>> done = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                int own = client;
                done.add(CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; i < 6; i++) {
                                try {
                                    outcomes.add(Api.outcome(answer(edge, own)));
                                } catch (Exception e) {
                                    throw new AssertionError("not answered", e);
                                }
                            }
                        },
                        clients));
            }
            edge.await("loaded", Duration.ofSeconds(30), () -> outcomes.size() >= CLIENTS);
            teacher.kill();
            CompletableFuture.allOf(done.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        } finally {
            clients.shutdownNow();
        }
        assertThat(outcomes).hasSize(CLIENTS * 6);
        return outcomes;
    }
}
