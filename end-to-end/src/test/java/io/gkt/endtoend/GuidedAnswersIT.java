package io.gkt.endtoend;

import static io.gkt.endtoend.Api.CHAT;
import static io.gkt.endtoend.Api.GUIDANCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A teacher and a student that are well. */
@Timeout(120)
class GuidedAnswersIT {

    private static ServiceProcess teacher;
    private static ServiceProcess edge;

    @BeforeAll
    static void start() throws Exception {
        teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT, "--gkt.teacher.max-batch-delay=50ms");
        edge = ServiceProcess.edge(teacher.url(), "--gkt.student.max-concurrent-generations=16");
    }

    @AfterAll
    static void stop() throws Exception {
        if (edge != null) {
            edge.close();
        }
        if (teacher != null) {
            teacher.close();
        }
    }

    private static JsonNode answer(String request) throws Exception {
        return Api.success(edge.api().send(edge.api().post(CHAT, request)));
    }

    @Test
    void theAnswerBeginsWithTheTeachersWordsAndTheStudentGoesOn() throws Exception {
        JsonNode answer = answer(Problems.chat(1, "\"temperature\": 0", "\"guidance\": {\"max_tokens\": 8}"));

        String guidance = Api.guidance(answer).path("text").asString();
        assertThat(Api.outcome(answer)).isEqualTo("used");
        assertThat(guidance.strip()).startsWith("We need");
        assertThat(Api.text(answer)).startsWith(guidance).hasSizeGreaterThan(guidance.length());
        int guided = Api.guidance(answer).path("tokens").asInt();
        assertThat(guided)
                .isPositive()
                .isLessThan(answer.path("usage").path("completion_tokens").asInt());
        assertThat(answer.path("choices").path(0).path("finish_reason").asString())
                .isEqualTo("stop");
    }

    @Test
    void theStudentDoesNotRunWhenTheTeacherHasEnded() throws Exception {
        JsonNode answer = answer(Problems.chat(2, "\"guidance\": {\"max_tokens\": 128}"));

        assertThat(Api.outcome(answer)).isEqualTo("complete");
        assertThat(Api.text(answer))
                .isEqualTo(Api.guidance(answer).path("text").asString())
                .contains("The answer is");
    }

    @Test
    void withGuidanceOffThePromptStaysOnTheEdge() throws Exception {
        double before = teacher.metric("gkt_teacher_batch_size_count");

        JsonNode answer = answer(Problems.chat(3, "\"guidance\": {\"mode\": \"off\"}"));

        assertThat(Api.outcome(answer)).isEqualTo("skipped");
        assertThat(Api.text(answer)).isNotBlank();
        assertThat(teacher.metric("gkt_teacher_batch_size_count")).isEqualTo(before);
    }

    @Test
    void theTeacherCanAnswerAlone() throws Exception {
        JsonNode answer = answer(Problems.chat(4, "\"guidance\": {\"mode\": \"only\"}"));

        assertThat(Api.outcome(answer)).isEqualTo("complete");
        assertThat(Api.text(answer)).contains("The answer is");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void aStreamSaysWhatAWholeAnswerSays(int seed) throws Exception {
        String[] fields = {
            "\"temperature\": 1", "\"seed\": " + seed, "\"guidance\": {\"max_tokens\": 6}", "\"max_tokens\": 60"
        };
        JsonNode whole = answer(Problems.chat(seed, fields));

        List<JsonNode> events = Api.events(
                edge.api()
                        .send(
                                edge.api()
                                        .post(
                                                CHAT,
                                                Problems.chat(seed, fields)
                                                        .replaceFirst(
                                                                "\\{",
                                                                "{\"stream\": true, \"stream_options\": {\"include_usage\": true}, "))));

        assertThat(events.stream()
                        .map(event -> event.path("choices")
                                .path(0)
                                .path("delta")
                                .path("content")
                                .asString(""))
                        .collect(Collectors.joining()))
                .isEqualTo(Api.text(whole));
        assertThat(Api.outcome(whole)).isEqualTo("used");
        JsonNode last = events.get(events.size() - 2);
        assertThat(last.path("choices").path(0).path("finish_reason"))
                .isEqualTo(whole.path("choices").path(0).path("finish_reason"));
        assertThat(Api.guidance(last).path("text"))
                .isEqualTo(Api.guidance(whole).path("text"));
        JsonNode usage = events.get(events.size() - 1).path("usage");
        assertThat(usage.path("completion_tokens"))
                .isEqualTo(whole.path("usage").path("completion_tokens"));
    }

    @Test
    void concurrentRequestsShareBatchesAndEachGetsItsOwnGuidance() throws Exception {
        int clients = 16;
        double steps = teacher.metric("gkt_teacher_batch_size_count");
        double rows = teacher.metric("gkt_teacher_batch_size_sum");

        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            IntStream.range(0, clients)
                    .mapToObj(i -> edge.api().sendAsync(edge.api().post(CHAT, Problems.chat(i, "\"temperature\": 0"))))
                    .forEach(calls::add);
        }

        for (int i = 0; i < calls.size(); i++) {
            JsonNode answer = Api.success(calls.get(i).get());
            assertThat(Api.outcome(answer)).isIn("used", "complete");
            assertThat(Api.guidance(answer).path("text").asString().strip())
                    .startsWith(Problems.beginningOfPlan(i % clients));
            assertThat(Api.text(answer).strip()).startsWith(Problems.beginningOfPlan(i % clients));
        }
        double meanBatch = (teacher.metric("gkt_teacher_batch_size_sum") - rows)
                / (teacher.metric("gkt_teacher_batch_size_count") - steps);
        assertThat(meanBatch).isGreaterThan(4);
    }

    @Test
    void bothTellWhetherTheyLiveAndWhatTheyDid() throws Exception {
        answer(Problems.chat(5));

        for (ServiceProcess service : List.of(teacher, edge)) {
            assertThat(service.api().get("/livez").statusCode()).isEqualTo(200);
            assertThat(service.api().get("/readyz").statusCode()).isEqualTo(200);
        }
        assertThat(teacher.metric("gkt_teacher_batch_size_count")).isPositive();
        assertThat(edge.metric("gkt_student_guidance_seconds_count")).isPositive();
    }

    @Test
    void modelsAreListed() throws Exception {
        for (ServiceProcess service : List.of(teacher, edge)) {
            JsonNode models = Api.success(service.api().get("/v1/models"));
            String id = models.path("data").path(0).path("id").asString();
            assertThat(id).isNotBlank();
            assertThat(Api.success(service.api().get("/v1/models/" + id))
                            .path("object")
                            .asString())
                    .isEqualTo("model");
        }
    }

    @Test
    void whatIsNotThereIsSaidInOpenAisShape() throws Exception {
        for (ServiceProcess service : List.of(teacher, edge)) {
            for (String path : List.of("/nothing", "/v1/models/none", "/v1/models/%2e%2e%2f%2e%2e%2fetc%2fpasswd")) {
                HttpResponse<String> response = service.api().get(path);
                assertThat(response.statusCode()).as(path).isBetween(400, 499);
                Api.error(response);
            }
        }
        HttpResponse<String> wrongMethod = edge.api().get(CHAT);
        assertThat(wrongMethod.statusCode()).isEqualTo(405);
        Api.error(wrongMethod);
    }

    @Test
    void badRequestsAreRefusedByTheEdgeAndHarmNobody() throws Exception {
        BadRequest.ofChat().forEach(bad -> bad.assertRefused(edge.api(), CHAT));
        BadRequest.ofAnyJson().forEach(bad -> bad.assertRefused(edge.api(), CHAT));
        BadRequest.strange().forEach(strange -> strange.assertSurvived(edge.api(), CHAT));

        assertThat(Api.outcome(answer(Problems.chat(6)))).isIn("used", "complete");
    }

    @Test
    void badRequestsAreRefusedByTheTeacherAndHarmNobody() throws Exception {
        BadRequest.ofGuidance().forEach(bad -> bad.assertRefused(teacher.api(), GUIDANCE));
        BadRequest.ofAnyJson().forEach(bad -> bad.assertRefused(teacher.api(), GUIDANCE));

        assertThat(Api.outcome(answer(Problems.chat(7)))).isIn("used", "complete");
    }
}
