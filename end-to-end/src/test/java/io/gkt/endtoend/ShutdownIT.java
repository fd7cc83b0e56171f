package io.gkt.endtoend;

import static io.gkt.endtoend.Api.CHAT;
import static io.gkt.endtoend.Api.GUIDANCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** SIGTERM, as Kubernetes sends it, loses no accepted request. */
@Timeout(150)
class ShutdownIT {

    private static final int CLIENTS = 12;

    /** The teacher accepts connections and never answers, so that requests are under way for long. */
    @Test
    void theEdgeAnswersWhatItHasAccepted() throws Exception {
        try (ServerSocket silent = new ServerSocket(0);
                ServiceProcess edge = ServiceProcess.edge(
                        URI.create("http://127.0.0.1:" + silent.getLocalPort()), "--gkt.student.guidance.timeout=4s")) {
            List<CompletableFuture<HttpResponse<String>>> calls = IntStream.range(0, CLIENTS)
                    .mapToObj(i -> edge.api().sendAsync(edge.api().post(CHAT, Problems.chat(i))))
                    .toList();
            edge.await(
                    "loaded",
                    Duration.ofSeconds(4),
                    () -> edge.metric("gkt_student_requests_running") + edge.metric("gkt_student_requests_waiting")
                            == CLIENTS);

            edge.terminate();
            edge.await("closed to newcomers", Duration.ofSeconds(4), () -> refusesConnections(edge.port()));

            for (CompletableFuture<HttpResponse<String>> call : calls) {
                JsonNode answer = Api.success(call.get());
                assertThat(Api.outcome(answer)).startsWith("fallback_");
                assertThat(answer.path("choices").path(0).path("finish_reason").asString())
                        .isIn("stop", "length");
                assertThat(Api.text(answer)).isNotBlank();
            }
            assertThat(edge.exitCode()).isZero();
        }
    }

    @Test
    void theTeacherFinishesWhatRunsAndSendsAwayWhatWaits() throws Exception {
        try (ServiceProcess teacher =
                ServiceProcess.teacher(ServiceProcess.ANY_PORT, "--gkt.teacher.max-batch-size=2")) {
            List<CompletableFuture<HttpResponse<String>>> calls = IntStream.range(0, CLIENTS)
                    .mapToObj(i -> teacher.api().sendAsync(teacher.api().post(GUIDANCE, longAnswer(i))))
                    .toList();
            teacher.await(
                    "loaded",
                    Duration.ofSeconds(10),
                    () -> teacher.metric("gkt_teacher_requests_running")
                                    + teacher.metric("gkt_teacher_requests_waiting")
                            == CLIENTS);

            teacher.terminate();
            teacher.await(
                    "not ready",
                    Duration.ofSeconds(10),
                    () -> teacher.api().get("/readyz").statusCode() == 503);
            HttpResponse<String> late = teacher.api().send(teacher.api().post(GUIDANCE, longAnswer(CLIENTS)));
            assertThat(late.statusCode()).isEqualTo(503);
            assertThat(late.headers().firstValue("Retry-After")).isPresent();

            int answered = 0;
            for (CompletableFuture<HttpResponse<String>> call : calls) {
                HttpResponse<String> response = call.get();
                if (response.statusCode() == 503) {
                    Api.error(response);
                    assertThat(response.headers().firstValue("Retry-After")).isPresent();
                } else {
                    assertThat(Api.success(response).path("finish_reason").asString())
                            .isIn("stop", "length");
                    answered++;
                }
            }
            assertThat(answered).isPositive();
            assertThat(teacher.exitCode()).isZero();
        }
    }

    private static boolean refusesConnections(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    private static String longAnswer(int index) {
        return "{\"id\": \"long-%d\", \"prompt\": \"%s\", \"max_tokens\": 400, \"min_tokens\": 400}"
                .formatted(index, Problems.question(index));
    }
}
