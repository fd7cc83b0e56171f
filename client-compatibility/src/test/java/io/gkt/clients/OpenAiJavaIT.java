package io.gkt.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIIoException;
import com.openai.errors.RateLimitException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.models.Model;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** OpenAI's own client for Java. */
class OpenAiJavaIT {

    private static Pair pair;
    private static OpenAIClient client;

    @BeforeAll
    static void start() throws Exception {
        pair = Pair.start();
        client = builder().build();
    }

    @AfterEach
    void settle() throws Exception {
        pair.awaitIdle();
    }

    private static OpenAIOkHttpClient.Builder builder() {
        return OpenAIOkHttpClient.builder().baseUrl(pair.baseUrl()).apiKey("any");
    }

    private static ChatCompletionCreateParams.Builder question() {
        return ChatCompletionCreateParams.builder()
                .model(Pair.MODEL)
                .addUserMessage(Pair.PROBLEM)
                .temperature(0);
    }

    private static ChatCompletionCreateParams longAnswer() {
        return question()
                .maxCompletionTokens(Pair.LONG)
                .putAdditionalBodyProperty("ignore_eos", JsonValue.from(true))
                .putAdditionalBodyProperty("guidance", JsonValue.from(Map.of("mode", "off")))
                .build();
    }

    @Test
    void chat() {
        ChatCompletion answer =
                client.chat().completions().create(question().build()).validate();

        assertThat(answer.choices().get(0).message().content()).get().asString().contains("The answer is");
        assertThat(answer.choices().get(0).finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
        assertThat(answer.usage().orElseThrow().completionTokens()).isPositive();
    }

    @Test
    void stream() {
        ChatCompletionCreateParams params = question()
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();
        String whole = client.chat()
                .completions()
                .create(params.toBuilder()
                        .streamOptions(com.openai.core.JsonMissing.of())
                        .build())
                .choices()
                .get(0)
                .message()
                .content()
                .orElseThrow();

        try (StreamResponse<ChatCompletionChunk> response =
                client.chat().completions().createStreaming(params)) {
            List<ChatCompletionChunk> chunks = response.stream().toList();

            assertThat(chunks).allSatisfy(ChatCompletionChunk::validate);
            assertThat(chunks.stream()
                            .flatMap(chunk -> chunk.choices().stream())
                            .flatMap(choice -> choice.delta().content().stream())
                            .collect(Collectors.joining()))
                    .isEqualTo(whole);
            assertThat(chunks.get(chunks.size() - 1).usage()).isPresent();
        }
    }

    @Test
    void errors() {
        BadRequestException bad = catchThrowableOfType(
                BadRequestException.class,
                () -> client.chat().completions().create(question().topP(5).build()));
        assertThat(bad.param()).contains("top_p");
        assertThat(bad.type()).contains("invalid_request_error");

        NotFoundException missing = catchThrowableOfType(
                NotFoundException.class,
                () -> client.chat()
                        .completions()
                        .create(question().model("gpt-4").build()));
        assertThat(missing.code()).contains("model_not_found");
    }

    /** A real overload: the only place is taken when the client asks for the first time. */
    @Test
    void retriesAfter429() throws Exception {
        long refused = pair.responses(429);
        CompletableFuture<HttpResponse<String>> first = pair.occupy();
        assertThatThrownBy(() -> builder()
                        .maxRetries(0)
                        .build()
                        .chat()
                        .completions()
                        .create(question().build()))
                .isInstanceOf(RateLimitException.class);

        ChatCompletion answer = builder()
                .maxRetries(8)
                .build()
                .chat()
                .completions()
                .create(question().build());

        assertThat(answer.choices().get(0).message().content()).isPresent();
        assertThat(first.get().statusCode()).isEqualTo(200);
        assertThat(pair.responses(429)).isGreaterThanOrEqualTo(refused + 2);
    }

    /** A real outage: the teacher, whose answer alone is wanted, is back only after the client was told to come again. */
    @Test
    void retriesAfter503() throws Exception {
        ChatCompletionCreateParams teacherOnly = question()
                .putAdditionalBodyProperty("guidance", JsonValue.from(Map.of("mode", "only")))
                .build();
        long unavailable = pair.responses(503);
        pair.loseTeacher();
        InternalServerException refused = catchThrowableOfType(
                InternalServerException.class,
                () -> builder().maxRetries(0).build().chat().completions().create(teacherOnly));
        assertThat(refused.statusCode()).isEqualTo(503);

        ChatCompletion answer =
                builder().maxRetries(8).build().chat().completions().create(teacherOnly);

        assertThat(answer.choices().get(0).message().content()).get().asString().contains("The answer is");
        assertThat(pair.responses(503)).isGreaterThanOrEqualTo(unavailable + 2);
    }

    /** Afterwards the edge is free again. */
    @Test
    void timeout() {
        OpenAIClient impatient =
                builder().timeout(Duration.ofMillis(200)).maxRetries(0).build();

        assertThatThrownBy(() -> impatient.chat().completions().create(longAnswer()))
                .isInstanceOf(OpenAIIoException.class);
    }

    /** The edge notices, and stops before the answer is whole. */
    @Test
    void cancel() throws Exception {
        double generated = pair.generated();
        try (StreamResponse<ChatCompletionChunk> response =
                client.chat().completions().createStreaming(longAnswer())) {
            assertThat(response.stream().limit(3)).hasSize(3);
        }

        pair.awaitIdle();
        assertThat(pair.generated() - generated).isLessThan(Pair.LONG);
    }

    @Test
    void extraFields() {
        ChatCompletion answer = client.chat()
                .completions()
                .create(question()
                        .putAdditionalBodyProperty("top_k", JsonValue.from(1))
                        .putAdditionalBodyProperty("guidance", JsonValue.from(Map.of("max_tokens", 8)))
                        .build());

        JsonValue gkt = answer._additionalProperties().get("gkt");
        assertThat(gkt.convert(Map.class))
                .extractingByKey("guidance")
                .asString()
                .contains("outcome=used");
        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(question()
                                .putAdditionalBodyProperty("top_k", JsonValue.from("many"))
                                .build()))
                .isInstanceOf(BadRequestException.class);
    }

    @Test
    void completions() {
        assertThat(client.completions()
                        .create(CompletionCreateParams.builder()
                                .model(Pair.MODEL)
                                .prompt(Pair.PROBLEM)
                                .maxTokens(8)
                                .build())
                        .validate()
                        .choices()
                        .get(0)
                        .text())
                .isNotBlank();
    }

    @Test
    void models() {
        assertThat(client.models().list().items()).extracting(Model::id).containsExactly(Pair.MODEL);
        assertThat(client.models().retrieve(Pair.MODEL).id()).isEqualTo(Pair.MODEL);
        assertThatThrownBy(() -> client.models().retrieve("gpt-4")).isInstanceOf(NotFoundException.class);
    }
}
