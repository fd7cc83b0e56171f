package io.gkt.endtoend;

import static io.gkt.endtoend.Api.CHAT;
import static io.gkt.endtoend.Api.GUIDANCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Both services with another server that generates: an edge without a teacher, which speaks OpenAI's API. */
@Timeout(180)
class UpstreamIT {

    private static final String MODEL = "demo-student";
    private static final Path FILES = Path.of("..", "demo-models", "target", "classes", "io", "gkt", "demo", "student");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static ServiceProcess server;

    @BeforeAll
    static void start() throws Exception {
        server = ServiceProcess.start("edge-student", ServiceProcess.ANY_PORT);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    private static ServiceProcess teacher(URI upstream, String... settings) throws Exception {
        return ServiceProcess.teacher(ServiceProcess.ANY_PORT, openai("gkt.teacher", upstream, settings));
    }

    private static String[] openai(String prefix, URI upstream, String... settings) {
        String[] all = List.of(settings).toArray(new String[settings.length + 3]);
        all[settings.length] = "--" + prefix + ".backend=openai";
        all[settings.length + 1] = "--" + prefix + ".openai.url=" + upstream;
        all[settings.length + 2] = "--" + prefix + ".openai.model=" + MODEL;
        return all;
    }

    private static JsonNode alone(ServiceProcess edge, int problem) throws Exception {
        String question = Problems.chat(problem).replaceFirst("\\{", "{\"guidance\": {\"mode\": \"off\"}, ");
        return Api.success(edge.api().send(edge.api().post(CHAT, question)));
    }

    private static HttpResponse<String> guide(ServiceProcess teacher, String id, int problem) throws Exception {
        String question = Problems.chat(problem).replaceFirst("\\{", "{\"id\": \"" + id + "\", \"max_tokens\": 12, ");
        return teacher.api().send(teacher.api().post(GUIDANCE, question));
    }

    @Test
    void theTeacherPassesMessagesOrTextOn() throws Exception {
        try (ServiceProcess messages = teacher(server.url(), "--gkt.teacher.openai.prompt-as=messages");
                ServiceProcess text =
                        teacher(server.url(), "--gkt.teacher.openai.prompt-as=text", "--gkt.teacher.model=" + FILES);
                ServiceProcess edge = ServiceProcess.edge(messages.url())) {
            for (int problem = 0; problem < 3; problem++) {
                JsonNode guidance = Api.success(guide(messages, "m", problem));
                assertThat(guidance.path("text").asString()).isNotBlank();
                assertThat(Api.text(alone(server, problem)))
                        .startsWith(guidance.path("text").asString());
                assertThat(guidance.path("finish_reason").asString()).isEqualTo("length");
                assertThat(guidance.at("/usage/completion_tokens").asInt()).isEqualTo(12);
                assertThat(Api.success(guide(text, "t", problem)).path("text"))
                        .as("template and tokenizer here give what they give there")
                        .isEqualTo(guidance.path("text"));
            }

            JsonNode answer = Api.success(edge.api().send(edge.api().post(CHAT, Problems.chat(0))));
            assertThat(Api.outcome(answer)).isEqualTo("used");
            assertThat(Api.guidance(answer).path("model").asString()).isEqualTo(MODEL);
            assertThat(messages.metric("gkt_teacher_guidance_tokens_total")).isGreaterThanOrEqualTo(36 + 12);
            assertThat(Api.success(messages.api().get("/v1/models"))
                            .at("/data/0/id")
                            .asString())
                    .isEqualTo(MODEL);
        }
    }

    @Test
    void whatTheServerRefusesIsRefusedWithItsWords() throws Exception {
        try (ServiceProcess tokens = teacher(server.url(), "--gkt.teacher.model=" + FILES)) {
            HttpResponse<String> response = guide(tokens, "i", 0);

            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(Api.error(response).path("message").asString())
                    .startsWith("The server behind this one says: ")
                    .contains("prompt");
        }
    }

    @Test
    void whoCancelsCancelsTheServersWork() throws Exception {
        try (ServiceProcess teacher = teacher(server.url(), "--gkt.teacher.openai.prompt-as=messages")) {
            double before = server.metric("gkt_student_cancelled_total");
            String question = """
                    {"id": "long", "prompt": "Q: Tom has 47 shells.", "max_tokens": 400, "min_tokens": 400, "stream": true}""";
            HttpResponse<InputStream> stream = HttpClient.newHttpClient()
                    .send(teacher.api().post(GUIDANCE, question), BodyHandlers.ofInputStream());
            assertThat(stream.statusCode()).isEqualTo(200);
            assertThat(stream.body().read()).isEqualTo('d');

            stream.body().close();

            server.await("told", LIMIT, () -> server.metric("gkt_student_cancelled_total") > before);
            teacher.await("free", LIMIT, () -> teacher.metric("gkt_teacher_requests_running") == 0);
        }
    }

    @Test
    void withoutTheServerTheTeacherIsNotReadyAndTheEdgeAnswersAlone() throws Exception {
        try (ServiceProcess mortal = ServiceProcess.start("edge-student", ServiceProcess.ANY_PORT);
                ServiceProcess teacher = teacher(mortal.url(), "--gkt.teacher.openai.prompt-as=messages");
                ServiceProcess edge = ServiceProcess.edge(teacher.url())) {
            mortal.kill();
            HttpResponse<String> response = guide(teacher, "a", 0);
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.headers().firstValue("Retry-After")).isPresent();
            assertThat(Api.outcome(Api.success(edge.api().send(edge.api().post(CHAT, Problems.chat(0))))))
                    .isEqualTo("fallback_rejected");
            teacher.await("not ready", LIMIT, () -> teacher.api().get("/readyz").statusCode() == 503);
            assertThat(teacher.api().get("/livez").statusCode()).isEqualTo(200);

            try (ServiceProcess back = ServiceProcess.start("edge-student", mortal.port())) {
                back.await(
                        "ready again", LIMIT, () -> teacher.api().get("/readyz").statusCode() == 200);
                assertThat(guide(teacher, "b", 0).statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void theStudentGoesOnAfterGuidanceThroughTheServer() throws Exception {
        String guided = Problems.chat(0)
                .replaceFirst("\\{", "{\"guidance\": {\"text\": \" We need 12 +\"}, \"max_tokens\": 60, ");
        try (ServiceProcess mortal = ServiceProcess.start("edge-student", ServiceProcess.ANY_PORT);
                ServiceProcess edge = ServiceProcess.start(
                        "edge-student",
                        ServiceProcess.ANY_PORT,
                        openai(
                                "gkt.student",
                                mortal.url(),
                                "--gkt.student.openai.prompt-as=text",
                                "--gkt.student.model=" + FILES))) {
            for (int problem = 0; problem < 3; problem++) {
                JsonNode here = alone(edge, problem);
                JsonNode there = alone(server, problem);
                assertThat(here.at("/choices/0/message")).isEqualTo(there.at("/choices/0/message"));
                assertThat(here.at("/choices/0/finish_reason")).isEqualTo(there.at("/choices/0/finish_reason"));
                assertThat(here.at("/usage/completion_tokens")).isEqualTo(there.at("/usage/completion_tokens"));
            }
            JsonNode here = Api.success(edge.api().send(edge.api().post(CHAT, guided)));
            JsonNode there = Api.success(server.api().send(server.api().post(CHAT, guided)));
            assertThat(Api.text(here)).startsWith(" We need 12 +").isEqualTo(Api.text(there));
            assertThat(here.at("/usage/completion_tokens")).isEqualTo(there.at("/usage/completion_tokens"));

            List<JsonNode> events = Api.events(
                    edge.api().send(edge.api().post(CHAT, guided.replaceFirst("\\{", "{\"stream\": true, "))));
            StringBuilder streamed = new StringBuilder();
            events.forEach(event ->
                    streamed.append(event.at("/choices/0/delta/content").asString("")));
            assertThat(streamed).hasToString(Api.text(here));

            HttpResponse<String> logprobs = edge.api()
                    .send(edge.api().post(CHAT, Problems.chat(0).replaceFirst("\\{", "{\"logprobs\": true, ")));
            assertThat(logprobs.statusCode()).isEqualTo(400);
            assertThat(Api.error(logprobs).path("param").asString()).isEqualTo("logprobs");

            mortal.kill();
            HttpResponse<String> away = edge.api().send(edge.api().post(CHAT, Problems.chat(0)));
            assertThat(away.statusCode()).isEqualTo(503);
            assertThat(Api.error(away).path("message").asString()).contains("can't be reached");
        }
    }
}
