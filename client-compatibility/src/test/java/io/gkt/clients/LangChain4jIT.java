package io.gkt.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiChatResponseMetadata;
import dev.langchain4j.model.openai.OpenAiLanguageModel;
import dev.langchain4j.model.openai.OpenAiModelCatalog;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** LangChain4j's OpenAI module. */
class LangChain4jIT {

    private static final Map<String, Object> LONG =
            Map.of("ignore_eos", true, "guidance", Map.of("mode", "off"), "max_tokens", Pair.LONG);

    private static Pair pair;

    @BeforeAll
    static void start() throws Exception {
        pair = Pair.start();
    }

    @AfterEach
    void settle() throws Exception {
        pair.awaitIdle();
    }

    private static OpenAiChatModel.OpenAiChatModelBuilder model() {
        return OpenAiChatModel.builder()
                .baseUrl(pair.baseUrl())
                .apiKey("any")
                .modelName(Pair.MODEL)
                .temperature(0d)
                .maxRetries(0);
    }

    private static OpenAiStreamingChatModel.OpenAiStreamingChatModelBuilder streamingModel() {
        return OpenAiStreamingChatModel.builder()
                .baseUrl(pair.baseUrl())
                .apiKey("any")
                .modelName(Pair.MODEL)
                .temperature(0d);
    }

    private static ChatRequest question() {
        return ChatRequest.builder().messages(UserMessage.from(Pair.PROBLEM)).build();
    }

    @Test
    void chat() {
        ChatResponse response = model().build().chat(question());

        assertThat(response.aiMessage().text()).contains("The answer is");
        assertThat(response.tokenUsage().outputTokenCount()).isPositive();
        assertThat(response.finishReason()).hasToString("STOP");
    }

    @Test
    void stream() throws Exception {
        StringBuffer pieces = new StringBuffer();
        CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
        streamingModel().build().chat(question(), new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String piece) {
                pieces.append(piece);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                whole.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                whole.completeExceptionally(error);
            }
        });

        ChatResponse response = whole.get(20, TimeUnit.SECONDS);
        assertThat(pieces).hasToString(response.aiMessage().text());
        assertThat(pieces).hasToString(model().build().chat(Pair.PROBLEM));
        assertThat(response.tokenUsage().outputTokenCount()).isPositive();
    }

    @Test
    void errors() {
        assertThatThrownBy(() -> model().topP(5d).build().chat(Pair.PROBLEM))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("\"param\":\"top_p\"");
        assertThatThrownBy(() -> model().modelName("gpt-4").build().chat(Pair.PROBLEM))
                .isInstanceOf(ModelNotFoundException.class);
    }

    /** A real overload: the only place is taken when the client asks for the first time. */
    @Test
    void retriesAfter429() throws Exception {
        long refused = pair.responses(429);
        CompletableFuture<HttpResponse<String>> first = pair.occupy();
        assertThatThrownBy(() -> model().build().chat(Pair.PROBLEM)).isInstanceOf(RateLimitException.class);

        assertThat(model().maxRetries(4).build().chat(Pair.PROBLEM)).isNotBlank();
        assertThat(first.get().statusCode()).isEqualTo(200);
        assertThat(pair.responses(429)).isGreaterThanOrEqualTo(refused + 2);
    }

    /** A real outage: the teacher, whose answer alone is wanted, is back only after the client was told to come again. */
    @Test
    void retriesAfter503() throws Exception {
        Map<String, Object> teacherOnly = Map.of("guidance", Map.of("mode", "only"));
        long unavailable = pair.responses(503);
        pair.loseTeacher();
        assertThatThrownBy(() -> model().customParameters(teacherOnly).build().chat(Pair.PROBLEM))
                .isInstanceOf(InternalServerException.class);

        assertThat(model().customParameters(teacherOnly).maxRetries(8).build().chat(Pair.PROBLEM))
                .contains("The answer is");
        assertThat(pair.responses(503)).isGreaterThanOrEqualTo(unavailable + 2);
    }

    /** Afterwards the edge is free again. */
    @Test
    void timeout() {
        OpenAiChatModel impatient =
                model().customParameters(LONG).timeout(Duration.ofMillis(200)).build();

        assertThatThrownBy(() -> impatient.chat(Pair.PROBLEM)).isInstanceOf(TimeoutException.class);
    }

    /** The edge notices, and stops before the answer is whole. */
    @Test
    void cancel() throws Exception {
        double generated = pair.generated();
        AtomicInteger pieces = new AtomicInteger();
        CountDownLatch cancelled = new CountDownLatch(1);
        streamingModel().customParameters(LONG).build().chat(question(), new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
                if (pieces.incrementAndGet() == 3) {
                    context.streamingHandle().cancel();
                    cancelled.countDown();
                }
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {}

            @Override
            public void onError(Throwable error) {}
        });

        assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        pair.awaitIdle();
        assertThat(pair.generated() - generated).isLessThan(Pair.LONG);
    }

    @Test
    void extraFields() {
        ChatResponse response = model().customParameters(Map.of("top_k", 1, "guidance", Map.of("max_tokens", 8)))
                .build()
                .chat(question());

        JsonNode body = JsonMapper.shared()
                .readTree(((OpenAiChatResponseMetadata) response.metadata())
                        .rawHttpResponse()
                        .body());
        assertThat(body.path("gkt").path("guidance").path("outcome").asString()).isEqualTo("used");
        assertThatThrownBy(() -> model().customParameters(Map.of("top_k", "many"))
                        .build()
                        .chat(Pair.PROBLEM))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void completions() {
        OpenAiLanguageModel model = OpenAiLanguageModel.builder()
                .baseUrl(pair.baseUrl())
                .apiKey("any")
                .modelName(Pair.MODEL)
                .build();

        assertThat(model.generate(Pair.PROBLEM).content()).isNotBlank();
    }

    @Test
    void models() {
        OpenAiModelCatalog catalog = OpenAiModelCatalog.builder()
                .baseUrl(pair.baseUrl())
                .apiKey("any")
                .build();

        assertThat(catalog.listModels())
                .singleElement()
                .satisfies(model -> assertThat(model.name()).isEqualTo(Pair.MODEL));
    }
}
