package io.gkt.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIIoException;
import com.openai.errors.RateLimitException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** Spring AI's OpenAI starter, set up by properties as in any application. */
class SpringAiIT {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Map<String, Object> LONG =
            Map.of("ignore_eos", true, "guidance", Map.of("mode", "off"), "max_tokens", Pair.LONG);

    private static final List<ConfigurableApplicationContext> APPLICATIONS = new ArrayList<>();

    private static Pair pair;
    private static ChatClient client;
    private static ChatClient impatient;

    @Configuration
    @EnableAutoConfiguration
    static class Application {}

    @BeforeAll
    static void start() throws Exception {
        pair = Pair.start();
        client = client("--spring.ai.openai.max-retries=8");
        impatient = client("--spring.ai.openai.max-retries=0");
    }

    @AfterEach
    void settle() throws Exception {
        pair.awaitIdle();
    }

    @AfterAll
    static void stop() {
        APPLICATIONS.forEach(ConfigurableApplicationContext::close);
    }

    private static ChatClient client(String setting) {
        ConfigurableApplicationContext application = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .logStartupInfo(false)
                .properties(
                        "spring.main.banner-mode=off",
                        "spring.ai.openai.base-url=" + pair.baseUrl(),
                        "spring.ai.openai.api-key=any",
                        "spring.ai.openai.chat.model=" + Pair.MODEL,
                        "spring.ai.openai.chat.temperature=0")
                .run(setting);
        APPLICATIONS.add(application);
        return application.getBean(ChatClient.Builder.class).build();
    }

    private static ChatClient.ChatClientRequestSpec question(ChatClient client) {
        return client.prompt().user(Pair.PROBLEM);
    }

    private static OpenAiChatOptions.Builder extra(Map<String, Object> fields) {
        return OpenAiChatOptions.builder().extraBody(fields);
    }

    private static String text(ChatResponse response) {
        return response.getResult().getOutput().getText();
    }

    @Test
    void chat() {
        ChatResponse response = question(client).call().chatResponse();

        assertThat(text(response)).contains("The answer is");
        assertThat(response.getMetadata().getUsage().getCompletionTokens()).isPositive();
        assertThat(response.getResult().getMetadata().getFinishReason()).isEqualTo("STOP");
    }

    @Test
    void stream() {
        List<ChatResponse> pieces = question(client)
                .options(OpenAiChatOptions.builder()
                        .streamOptions(OpenAiChatOptions.StreamOptions.builder()
                                .includeUsage(true)
                                .build()))
                .stream()
                .chatResponse()
                .collectList()
                .block(LIMIT);

        assertThat(pieces.stream()
                        .flatMap(piece -> piece.getResults().stream())
                        .map(piece -> piece.getOutput().getText())
                        .collect(Collectors.joining()))
                .isEqualTo(question(client).call().content());
        assertThat(pieces.get(pieces.size() - 1).getMetadata().getUsage().getCompletionTokens())
                .isPositive();
    }

    @Test
    void errors() {
        BadRequestException bad = catchThrowableOfType(
                BadRequestException.class,
                () -> question(client)
                        .options(OpenAiChatOptions.builder().topP(5d))
                        .call()
                        .content());
        assertThat(bad.param()).contains("top_p");
        assertThat(bad.type()).contains("invalid_request_error");

        NotFoundException missing = catchThrowableOfType(
                NotFoundException.class,
                () -> question(client)
                        .options(OpenAiChatOptions.builder().model("gpt-4"))
                        .call()
                        .content());
        assertThat(missing.code()).contains("model_not_found");
    }

    /** A real overload: the only place is taken when the client asks for the first time. */
    @Test
    void retriesAfter429() throws Exception {
        long refused = pair.responses(429);
        CompletableFuture<HttpResponse<String>> first = pair.occupy();
        assertThatThrownBy(() -> question(impatient).call().content()).isInstanceOf(RateLimitException.class);

        assertThat(question(client).call().content()).isNotBlank();
        assertThat(first.get().statusCode()).isEqualTo(200);
        assertThat(pair.responses(429)).isGreaterThanOrEqualTo(refused + 2);
    }

    /** A real outage: the teacher, whose answer alone is wanted, is back only after the client was told to come again. */
    @Test
    void retriesAfter503() throws Exception {
        Map<String, Object> teacherOnly = Map.of("guidance", Map.of("mode", "only"));
        long unavailable = pair.responses(503);
        pair.loseTeacher();
        InternalServerException refused = catchThrowableOfType(
                InternalServerException.class,
                () -> question(impatient).options(extra(teacherOnly)).call().content());
        assertThat(refused.statusCode()).isEqualTo(503);

        assertThat(question(client).options(extra(teacherOnly)).call().content())
                .contains("The answer is");
        assertThat(pair.responses(503)).isGreaterThanOrEqualTo(unavailable + 2);
    }

    /** Afterwards the edge is free again. */
    @Test
    void timeout() {
        OpenAiChatOptions.Builder options = extra(LONG).timeout(Duration.ofMillis(200));

        assertThatThrownBy(() -> question(impatient).options(options).call().content())
                .isInstanceOf(OpenAIIoException.class);
    }

    /** The edge notices, and stops before the answer is whole. */
    @Test
    void cancel() throws Exception {
        double generated = pair.generated();

        assertThat(question(client).options(extra(LONG)).stream()
                        .content()
                        .take(3)
                        .collectList()
                        .block(LIMIT))
                .hasSize(3);
        pair.awaitIdle();
        assertThat(pair.generated() - generated).isLessThan(Pair.LONG);
    }

    @Test
    void extraFields() {
        ChatResponse response = question(client)
                .options(extra(Map.of("top_k", 1, "guidance", Map.of("max_tokens", 8))))
                .call()
                .chatResponse();

        Map<String, Object> gkt = response.getMetadata().get("gkt");
        assertThat(gkt).extractingByKey("guidance").asString().contains("outcome=used");
        assertThatThrownBy(() -> question(client)
                        .options(extra(Map.of("top_k", "many")))
                        .call()
                        .content())
                .isInstanceOf(BadRequestException.class);
    }
}
