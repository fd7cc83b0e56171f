package io.gkt.reliability;

import static io.gkt.endtoend.Api.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.endtoend.Api;
import io.gkt.endtoend.Problems;
import io.gkt.endtoend.ServiceProcess;
import java.net.ServerSocket;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The edge starts, is ready and answers when no connection to the teacher comes about. */
@Timeout(180)
class NoWayToTheTeacherIT {

    private static void assertAnswersAlone(URI teacher) throws Exception {
        try (ServiceProcess edge = ServiceProcess.edge(teacher, "--gkt.student.guidance.timeout=2s")) {
            assertThat(edge.api().get("/readyz").statusCode()).isEqualTo(200);
            for (int i = 0; i < 7; i++) {
                JsonNode answer = Api.success(edge.api().send(edge.api().post(CHAT, Problems.chat(i))));

                assertThat(Api.outcome(answer)).isIn("fallback_error", "fallback_timeout", "fallback_circuit_open");
                assertThat(Api.text(answer)).isNotBlank();
                assertThat(answer.path("gkt")
                                .path("timings")
                                .path("guidance_ms")
                                .asDouble())
                        .isLessThan(4_000);
            }
            assertThat(edge.metric("gkt_student_guidance_seconds_count{outcome=\"fallback_circuit_open\"}"))
                    .as("answers for which it was not tried again")
                    .isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void nobodyKnowsItsName() throws Exception {
        assertAnswersAlone(URI.create("http://teacher.invalid:8090"));
    }

    @Test
    void nobodyListens() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0)) {
            port = closed.getLocalPort();
        }
        assertAnswersAlone(URI.create("http://127.0.0.1:" + port));
    }

    @Test
    void whoListensSpeaksNoTls() throws Exception {
        try (ServiceProcess teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT)) {
            assertAnswersAlone(URI.create("https://127.0.0.1:" + teacher.port()));
        }
    }
}
