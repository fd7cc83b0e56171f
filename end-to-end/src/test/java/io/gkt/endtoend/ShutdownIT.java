package io.gkt.endtoend;

import static io.gkt.endtoend.Api.CHAT;
import static io.gkt.endtoend.Api.GUIDANCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.benchmark.fault.FaultyNetwork;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** SIGTERM, as Kubernetes sends it, loses no accepted request: it is answered, or told that there is no time. */
@Timeout(150)
class ShutdownIT {

    private static final int CLIENTS = 12;
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String TWO_SECONDS = "--spring.lifecycle.timeout-per-shutdown-phase=2s";
    /** Long enough for those that wait to have been sent the beginning of a stream. */
    private static final String SIX_SECONDS = "--spring.lifecycle.timeout-per-shutdown-phase=6s";

    private static final String ONE_AT_A_TIME = "--gkt.student.max-concurrent-generations=1";
    private static final String ALL_AT_ONCE = "--gkt.student.max-concurrent-generations=" + CLIENTS;
    private static final String VERY_PATIENT = "--gkt.student.guidance.timeout=100s";
    private static final String AUTO = "\"guidance\": {\"mode\": \"auto\"}";
    private static final String ONLY = "\"guidance\": {\"mode\": \"only\"}";
    private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

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

    /** One after the other, they take longer than there is time; some wait, some stream, one is being written. */
    @Test
    void whatTheEdgeCantFinishInTimeEndsInAnError() throws Exception {
        try (ServiceProcess edge =
                ServiceProcess.start("edge-student", ServiceProcess.ANY_PORT, ONE_AT_A_TIME, SIX_SECONDS)) {
            List<CompletableFuture<HttpResponse<String>>> calls = calls(
                    edge,
                    CHAT,
                    i -> Problems.chat(i, "\"n\": 8, \"ignore_eos\": true, \"max_tokens\": 400", stream(i)));
            edge.await("loaded", SOON, () -> underWay(edge, "student") == CLIENTS);

            edge.terminate();

            assertThat(ends(calls)).contains("error", "503");
            assertThat(edge.exitCode()).isZero();
        }
    }

    @Test
    void whatWaitsForASilentTeacherInVainEndsInAnError() throws Exception {
        try (FaultyNetwork network = new FaultyNetwork(NOWHERE);
                ServiceProcess edge = ServiceProcess.edge(network.url(), ALL_AT_ONCE, VERY_PATIENT, SIX_SECONDS)) {
            network.now(FaultyNetwork.silence());
            List<CompletableFuture<HttpResponse<String>>> calls =
                    calls(edge, CHAT, i -> Problems.chat(i, i < CLIENTS / 2 ? ONLY : AUTO, stream(i)));
            edge.await("loaded", SOON, () -> network.questions() == CLIENTS);

            edge.terminate();

            assertThat(ends(calls)).containsOnly("error", "503");
            assertThat(edge.exitCode()).isZero();
        }
    }

    /** It is held up, so that its time runs out amid answers however fast it is. */
    @Test
    void whatTheTeacherCantFinishInTimeEndsInAnError() throws Exception {
        try (ServiceProcess teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT, TWO_SECONDS)) {
            List<CompletableFuture<HttpResponse<String>>> calls =
                    calls(teacher, GUIDANCE, i -> longAnswer(i, stream(i)));
            teacher.await("loaded", SOON, () -> underWay(teacher, "teacher") == CLIENTS);

            teacher.terminate();
            teacher.await("not ready", SOON, () -> teacher.api().get("/readyz").statusCode() == 503);
            teacher.pause();
            Thread.sleep(1_500);
            teacher.resume();

            assertThat(ends(calls)).contains("error", "503");
            assertThat(teacher.exitCode()).isZero();
        }
    }

    @Test
    void whatTheTeachersServerDoesNotAnswerInTimeEndsInAnError() throws Exception {
        try (FaultyNetwork network = new FaultyNetwork(NOWHERE);
                ServiceProcess server = ServiceProcess.edge(network.url(), ALL_AT_ONCE, VERY_PATIENT);
                ServiceProcess teacher = ServiceProcess.teacher(
                        ServiceProcess.ANY_PORT,
                        "--gkt.teacher.backend=openai",
                        "--gkt.teacher.openai.url=" + server.url(),
                        "--gkt.teacher.openai.model=demo-student",
                        "--gkt.teacher.openai.prompt-as=messages",
                        TWO_SECONDS)) {
            network.now(FaultyNetwork.silence());
            List<CompletableFuture<HttpResponse<String>>> calls =
                    calls(teacher, GUIDANCE, i -> Problems.chat(i, "\"id\": \"slow-" + i + "\"", stream(i)));
            teacher.await("loaded", SOON, () -> network.questions() == CLIENTS);

            teacher.terminate();

            assertThat(ends(calls)).containsOnly("503");
            assertThat(teacher.exitCode()).isZero();
        }
    }

    private static String stream(int index) {
        return "\"stream\": " + (index % 2 == 0);
    }

    private static List<CompletableFuture<HttpResponse<String>>> calls(
            ServiceProcess service, String path, IntFunction<String> json) {
        return IntStream.range(0, CLIENTS)
                .mapToObj(i -> service.api().sendAsync(service.api().post(path, json.apply(i))))
                .toList();
    }

    private static double underWay(ServiceProcess service, String name) throws Exception {
        return service.metric("gkt_" + name + "_requests_running")
                + service.metric("gkt_" + name + "_requests_waiting");
    }

    /** How requests ended: with an answer that is whole, with an error as the stream's last event, or with a status. */
    private static List<String> ends(List<CompletableFuture<HttpResponse<String>>> calls) throws Exception {
        List<String> ends = new ArrayList<>();
        for (CompletableFuture<HttpResponse<String>> call : calls) {
            HttpResponse<String> response = call.get();
            String body = response.body();
            if (response.statusCode() != 200) {
                assertThat(Api.error(response).path("message").asString()).contains("shutting down");
                assertThat(response.headers().firstValue("Retry-After")).isPresent();
                ends.add(String.valueOf(response.statusCode()));
            } else if (body.contains("\"error\"")) {
                List<String> data =
                        body.lines().filter(line -> line.startsWith("data: ")).toList();
                assertThat(data.get(data.size() - 1)).contains("\"error\"", "shutting down", "\"param\"", "\"code\"");
                assertThat(body).doesNotContain("[DONE]", "\"finish_reason\":\"stop\"");
                ends.add("error");
            } else {
                assertThat(body).containsAnyOf("[DONE]", "\"finish_reason\":\"length\"");
                ends.add("answer");
            }
        }
        return ends;
    }

    private static boolean refusesConnections(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    private static String longAnswer(int index, String... fields) {
        return "{\"id\": \"long-%d\", \"prompt\": \"%s\", \"max_tokens\": 400, \"min_tokens\": 400%s}"
                .formatted(
                        index,
                        Problems.question(index),
                        Arrays.stream(fields).map(field -> ", " + field).collect(Collectors.joining()));
    }
}
