package io.gkt.reliability;

import static io.gkt.endtoend.Api.CHAT;
import static io.gkt.endtoend.Api.GUIDANCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.benchmark.fault.FaultyNetwork;
import io.gkt.endtoend.Api;
import io.gkt.endtoend.Problems;
import io.gkt.endtoend.ServiceProcess;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Every wait has a deadline, and nothing is computed that nobody waits for. */
@Timeout(180)
class DeadlineIT {

    private static final String DEADLINE = "X-GKT-Deadline-Ms";
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String LONG = "\"min_tokens\": 440, \"max_tokens\": 440";
    private static final String OFF = "\"guidance\": {\"mode\": \"off\"}";
    private static final String ONLY = "\"guidance\": {\"mode\": \"only\"}";
    private static final String VERY_LONG = "\"n\": 8, \"ignore_eos\": true, \"max_tokens\": 440, " + OFF;

    private static ServiceProcess teacher;
    private static FaultyNetwork network;
    private static ServiceProcess edge;

    @BeforeAll
    static void start() throws Exception {
        teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT, "--gkt.teacher.max-batch-size=1");
        network = new FaultyNetwork(teacher.url());
        edge = ServiceProcess.edge(
                network.url(), "--gkt.student.max-concurrent-generations=1", "--gkt.student.guidance.timeout=100s");
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable each : new AutoCloseable[] {edge, network, teacher}) {
            if (each != null) {
                each.close();
            }
        }
    }

    @AfterEach
    void nothingIsUnderWay() throws Exception {
        network.now(FaultyNetwork.passing());
        for (ServiceProcess each : List.of(edge, teacher)) {
            String prefix = each == edge ? "gkt_student_requests_" : "gkt_teacher_requests_";
            each.await("idle", SOON, () -> each.metric(prefix + "running") + each.metric(prefix + "waiting") == 0);
        }
        assertThat(Api.outcome(Api.success(edge.api().send(edge.api().post(CHAT, Problems.chat(1))))))
                .as("of the next request")
                .isIn("used", "complete");
    }

    private static HttpRequest within(ServiceProcess service, String path, long millis, String json) {
        return service.api().post(path, json.getBytes(StandardCharsets.UTF_8), DEADLINE, String.valueOf(millis));
    }

    private static double running(ServiceProcess service) throws Exception {
        return service.metric(service == edge ? "gkt_student_requests_running" : "gkt_teacher_requests_running");
    }

    private static double waiting(ServiceProcess service) throws Exception {
        return service.metric(service == edge ? "gkt_student_requests_waiting" : "gkt_teacher_requests_waiting");
    }

    private static double cancelled(String phase) throws Exception {
        return teacher.metric("gkt_teacher_cancelled_total{phase=\"" + phase + "\"}");
    }

    @Test
    void expiredWorkIsNeverDecoded() throws Exception {
        double steps = teacher.metric("gkt_teacher_batch_size_count");

        HttpResponse<String> atEdge = edge.api().send(within(edge, CHAT, 0, Problems.chat(2)));
        HttpResponse<String> atTeacher =
                teacher.api().send(within(teacher, GUIDANCE, 0, "{\"id\": \"late\", \"prompt\": \"Tom has\"}"));

        assertThat(atEdge.statusCode()).isEqualTo(504);
        assertThat(Api.error(atEdge).path("code").asString()).isEqualTo("deadline_exceeded");
        assertThat(atTeacher.statusCode()).isEqualTo(504);
        Api.error(atTeacher);
        assertThat(teacher.metric("gkt_teacher_batch_size_count")).isEqualTo(steps);
    }

    @Test
    void whatIsLeftOfTheClientsTimeReachesTheTeacher() throws Exception {
        network.now(FaultyNetwork.silence());

        JsonNode answer = Api.success(edge.api().send(within(edge, CHAT, 8_000, Problems.chat(2))));

        assertThat(Api.outcome(answer)).isEqualTo("fallback_timeout");
        Matcher header = Pattern.compile("(?i)" + DEADLINE + ": (\\d+)").matcher(network.lastQuestion());
        assertThat(header.find()).isTrue();
        assertThat(Long.parseLong(header.group(1)))
                .as("half of it; the other half is the student's")
                .isBetween(1L, 4_000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "-1", "1.5", "99999999999999999999"})
    void aDeadlineThatIsNoneIsRefused(String deadline) throws Exception {
        HttpResponse<String> response = edge.api()
                .send(edge.api().post(CHAT, Problems.chat(2).getBytes(StandardCharsets.UTF_8), DEADLINE, deadline));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Api.error(response).path("param").asString()).isEqualTo(DEADLINE);
    }

    /** Never a half answer that claims to be whole. */
    @Test
    void anAnswerThatRunsOutOfTimeEndsInAnError() throws Exception {
        HttpResponse<String> whole = edge.api().send(within(edge, CHAT, 700, Problems.chat(2, VERY_LONG)));
        assertThat(whole.statusCode()).isEqualTo(504);
        assertThat(Api.error(whole).path("code").asString()).isEqualTo("deadline_exceeded");

        HttpResponse<String> stream =
                edge.api().send(within(edge, CHAT, 700, Problems.chat(2, VERY_LONG, "\"stream\": true")));
        List<String> data =
                stream.body().lines().filter(line -> line.startsWith("data: ")).toList();
        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(data.get(data.size() - 1)).contains("\"error\"", "deadline_exceeded");
        assertThat(stream.body()).doesNotContain("[DONE]", "\"gkt\":{\"guidance\"");
    }

    @ParameterizedTest(name = "stream: {0}")
    @ValueSource(booleans = {false, true})
    void whoLeavesWhileTheStudentDecodesStopsIt(boolean stream) throws Exception {
        double before = edge.metric("gkt_student_cancelled_total");
        try (Visitor visitor = new Visitor(edge, CHAT, Problems.chat(2, VERY_LONG, "\"stream\": " + stream))) {
            edge.await("busy", SOON, () -> running(edge) == 1);
        }

        edge.await("idle", SOON, () -> running(edge) == 0);
        assertThat(edge.metric("gkt_student_cancelled_total")).isEqualTo(before + 1);
    }

    @ParameterizedTest(name = "stream: {0}")
    @ValueSource(booleans = {false, true})
    void whoLeavesWhileWaitingForATurnLeavesTheQueue(boolean stream) throws Exception {
        double before = edge.metric("gkt_student_cancelled_total");
        try (Visitor first = new Visitor(edge, CHAT, Problems.chat(2, VERY_LONG))) {
            edge.await("busy", SOON, () -> running(edge) == 1);
            try (Visitor second = new Visitor(edge, CHAT, Problems.chat(3, "\"stream\": " + stream))) {
                edge.await("queued", SOON, () -> waiting(edge) == 1);
            }
            edge.await("left", SOON, () -> waiting(edge) == 0);
            assertThat(edge.metric("gkt_student_cancelled_total")).isEqualTo(before + 1);
        }
    }

    @ParameterizedTest(name = "stream: {0}")
    @ValueSource(booleans = {false, true})
    void whoLeavesWhileTheTeacherIsSilentHasItTold(boolean stream) throws Exception {
        network.now(FaultyNetwork.silence());
        try (Visitor visitor = new Visitor(edge, CHAT, Problems.chat(2, "\"stream\": " + stream))) {
            edge.await("asking", SOON, () -> network.questions() == 1);
        }

        edge.await("cancelled", SOON, () -> network.cancellations() == 1 && running(edge) == 0);
    }

    @Test
    void whoLeavesWhileTheTeacherDecodesStopsIt() throws Exception {
        double before = cancelled("decoding");
        try (Visitor visitor = new Visitor(edge, CHAT, Problems.chat(2, LONG, ONLY))) {
            teacher.await("busy", SOON, () -> running(teacher) == 1);
        }

        teacher.await("told", SOON, () -> cancelled("decoding") == before + 1 && running(teacher) == 0);
    }

    @Test
    void whoLeavesWhileTheTeachersQueueIsLongLeavesIt() throws Exception {
        double before = cancelled("queued");
        try (Visitor other = new Visitor(teacher, GUIDANCE, longGuidance("other", false))) {
            teacher.await("busy", SOON, () -> running(teacher) == 1);
            try (Visitor visitor = new Visitor(edge, CHAT, Problems.chat(2))) {
                teacher.await("queued", SOON, () -> waiting(teacher) == 1);
            }
            teacher.await("told", SOON, () -> cancelled("queued") == before + 1 && waiting(teacher) == 0);
        }
    }

    @ParameterizedTest(name = "stream: {0}")
    @ValueSource(booleans = {false, true})
    void theTeacherNoticesByItselfWhoLeaves(boolean stream) throws Exception {
        double before = cancelled("decoding");
        try (Visitor visitor = new Visitor(teacher, GUIDANCE, longGuidance("gone-" + stream, stream))) {
            teacher.await("busy", SOON, () -> running(teacher) == 1);
        }

        teacher.await("idle", SOON, () -> cancelled("decoding") == before + 1 && running(teacher) == 0);
    }

    @Test
    void aStreamThatWaitsShowsThatItLives() throws Exception {
        network.now(FaultyNetwork.silence());

        HttpResponse<String> stream =
                edge.api().send(within(edge, CHAT, 12_000, Problems.chat(2, "\"stream\": true", "\"max_tokens\": 20")));

        assertThat(stream.body()).contains(": waiting\n\n");
        assertThat(Api.events(stream)).isNotEmpty();
    }

    private static String longGuidance(String id, boolean stream) {
        return "{\"id\": \"" + id + "\", \"prompt\": \"Tom has\", \"stream\": " + stream + ", " + LONG + "}";
    }
}
