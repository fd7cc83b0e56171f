package io.gkt.reliability;

import static io.gkt.endtoend.Api.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.benchmark.fault.FaultyNetwork;
import io.gkt.endtoend.Api;
import io.gkt.endtoend.Problems;
import io.gkt.endtoend.ServiceProcess;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Nobody gets guidance for another's question, however many ask and leave at the same time. */
@Timeout(240)
class NoMixUpIT {

    private static final int QUESTIONS = 29;
    private static final int REQUESTS = 600;

    private static String ask(int question) {
        return Problems.chat(
                question, "\"temperature\": 0", "\"guidance\": {\"max_tokens\": 10, \"timeout_ms\": 60000}");
    }

    @Test
    void everyAnswerIsToItsOwnQuestion() throws Exception {
        try (ServiceProcess teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT);
                FaultyNetwork network = new FaultyNetwork(teacher.url());
                ServiceProcess edge = ServiceProcess.edge(
                        network.url(),
                        "--gkt.student.max-concurrent-generations=8",
                        "--resilience4j.circuitbreaker.instances.teacher.sliding-window-size=10000",
                        "--resilience4j.circuitbreaker.instances.teacher.minimum-number-of-calls=10000")) {
            Map<Integer, String> alone = IntStream.range(0, QUESTIONS).boxed().collect(Collectors.toMap(i -> i, i -> {
                JsonNode answer = get(edge, i);
                assertThat(Api.guidance(answer).path("text").asString()).contains(Problems.beginningOfPlan(i));
                return Api.text(answer);
            }));
            assertThat(alone.values()).doesNotHaveDuplicates();
            AtomicInteger exchanges = new AtomicInteger();
            network.now(exchange -> (exchanges.incrementAndGet() % 11 == 0
                            ? FaultyNetwork.brokenAfter(150)
                            : FaultyNetwork.late(() -> exchanges.get() % 7))
                    .play(exchange));

            AtomicInteger guided = new AtomicInteger();
            ExecutorService clients = Executors.newFixedThreadPool(24);
            try {
                List<CompletableFuture<Void>> done = new ArrayList<>();
                for (int i = 0; i < REQUESTS; i++) {
                    int question = i % QUESTIONS;
                    boolean leaves = i % 13 == 0;
                    done.add(CompletableFuture.runAsync(
                            () -> {
                                if (leaves) {
                                    leave(edge, question);
                                    return;
                                }
                                JsonNode answer = get(edge, question);
                                if (Api.outcome(answer).startsWith("fallback_")) {
                                    assertThat(Api.guidance(answer).path("text").asString())
                                            .isEmpty();
                                } else {
                                    assertThat(Api.text(answer)).isEqualTo(alone.get(question));
                                    guided.incrementAndGet();
                                }
                            },
                            clients));
                }
                CompletableFuture.allOf(done.toArray(CompletableFuture[]::new)).get(120, TimeUnit.SECONDS);
            } finally {
                clients.shutdownNow();
            }
            assertThat(guided.get()).isGreaterThan(REQUESTS * 3 / 4);
        }
    }

    private static void leave(ServiceProcess edge, int question) {
        try {
            new Visitor(edge, CHAT, ask(question)).close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode get(ServiceProcess edge, int question) {
        try {
            HttpResponse<String> response = edge.api().send(edge.api().post(CHAT, ask(question)));
            return Api.success(response);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
