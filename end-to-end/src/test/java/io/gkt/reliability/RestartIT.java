package io.gkt.reliability;

import static io.gkt.endtoend.Api.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.endtoend.Api;
import io.gkt.endtoend.Problems;
import io.gkt.endtoend.ServiceProcess;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Either service is killed without a word; the other recovers by itself. (What an edge does meanwhile: TeacherLossIT.) */
@Timeout(180)
class RestartIT {

    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void theTeacherForgetsAnEdgeThatIsKilledAndServesTheNext() throws Exception {
        try (ServiceProcess teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT)) {
            try (ServiceProcess edge = ServiceProcess.edge(teacher.url())) {
                for (int i = 0; i < 3; i++) {
                    edge.api()
                            .sendAsync(edge.api()
                                    .post(
                                            CHAT,
                                            Problems.chat(
                                                    i,
                                                    "\"min_tokens\": 440, \"max_tokens\": 440",
                                                    "\"guidance\": {\"mode\": \"only\"}")));
                }
                teacher.await("busy", SOON, () -> teacher.metric("gkt_teacher_requests_running") == 3);
                edge.kill();
            }
            teacher.await("idle", SOON, () -> teacher.metric("gkt_teacher_requests_running") == 0);
            assertThat(teacher.metric("gkt_teacher_cancelled_total")).isEqualTo(3);

            try (ServiceProcess next = ServiceProcess.edge(teacher.url())) {
                assertThat(Api.outcome(Api.success(next.api().send(next.api().post(CHAT, Problems.chat(1))))))
                        .isIn("used", "complete");
            }
        }
    }
}
