package io.gkt.endtoend;

import static io.gkt.endtoend.Api.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/**
 * The teacher is replaced under load: another one starts beside it, then the old one is sent away. They differ in the
 * precision of their weights, as two versions of a teacher differ in more.
 */
@Timeout(180)
class UpgradeIT {

    private static final int CLIENTS = 4;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String WORK = "gkt_teacher_queue_time_seconds_count";

    @Test
    void whoAsksNoticesNothingOfAnUpgradeOfTheTeacher() throws Exception {
        int newPort = ServiceProcess.freePort();
        AtomicBoolean enough = new AtomicBoolean();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try (ServiceProcess old = ServiceProcess.teacher(ServiceProcess.ANY_PORT);
                ServiceProcess edge = ServiceProcess.start(
                        "edge-student",
                        ServiceProcess.ANY_PORT,
                        "--gkt.student.teacher.url=" + old.url() + ",http://127.0.0.1:" + newPort)) {
            Queue<String> outcomes = new ConcurrentLinkedQueue<>();
            List<CompletableFuture<Void>> asking = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                asking.add(CompletableFuture.runAsync(() -> askUntil(enough, edge, client, outcomes), clients));
            }
            edge.await("loaded", LIMIT, () -> outcomes.size() > CLIENTS);

            try (ServiceProcess upgraded = ServiceProcess.teacher(newPort, "--gkt.teacher.precision=int8")) {
                upgraded.await("at work", LIMIT, () -> upgraded.metric(WORK) > CLIENTS);
                old.terminate();
                assertThat(old.exitCode()).isZero();
                double before = upgraded.metric(WORK);
                upgraded.await("working alone", LIMIT, () -> upgraded.metric(WORK) > before + 4 * CLIENTS);
                enough.set(true);
                CompletableFuture.allOf(asking.toArray(CompletableFuture[]::new))
                        .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
            assertThat(outcomes).hasSizeGreaterThan(8 * CLIENTS).allMatch(List.of("used", "complete")::contains);
        } finally {
            enough.set(true);
            clients.shutdownNow();
        }
    }

    private static void askUntil(AtomicBoolean enough, ServiceProcess edge, int client, Queue<String> outcomes) {
        while (!enough.get()) {
            try {
                HttpResponse<String> response =
                        edge.api().send(edge.api().post(CHAT, Problems.chat(client, "\"max_tokens\": 40")));
                JsonNode answer = Api.success(response);
                assertThat(Api.text(answer)).isNotBlank();
                outcomes.add(Api.outcome(answer));
            } catch (Exception e) {
                throw new AssertionError("client " + client + " was not answered", e);
            }
        }
    }
}
