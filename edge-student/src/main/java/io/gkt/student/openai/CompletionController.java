package io.gkt.student.openai;

import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.inference.tokenizer.Prompt;
import io.gkt.protocol.ErrorBody;
import io.gkt.protocol.GuidanceApi;
import io.gkt.protocol.Sampling;
import io.gkt.service.ApiException;
import io.gkt.service.ChatMessageParam;
import io.gkt.service.ClientConnection;
import io.gkt.service.Conversation;
import io.gkt.service.DeadlineHeader;
import io.gkt.service.ModelInputs;
import io.gkt.service.access.Caller;
import io.gkt.student.generation.Answer;
import io.gkt.student.generation.AnswerListener;
import io.gkt.student.generation.Client;
import io.gkt.student.generation.Piece;
import io.gkt.student.generation.Question;
import io.gkt.student.generation.Question.GuidanceWish;
import io.gkt.student.generation.Student;
import io.gkt.student.guidance.Guidance;
import io.gkt.student.guidance.GuidanceMode;
import io.gkt.student.guidance.GuidanceOptions;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.Valid;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** {@code POST /v1/chat/completions} and {@code POST /v1/completions}. */
@RestController
public final class CompletionController {

    private static final Logger LOG = LoggerFactory.getLogger(CompletionController.class);
    static final int DEFAULT_TEXT_TOKENS = 16;
    static final double LARGEST_BIAS = 100;
    static final String TOKEN_ID = "\\d{1,9}";

    private final Student student;
    private final JsonMapper json;
    private final GuidanceWish guidanceDefaults;
    private final Duration requestTimeout;
    private final String fingerprint;

    /**
     * @param student          answers
     * @param json             writes events
     * @param guidanceDefaults what holds where requests say nothing of guidance
     * @param requestTimeout   longest wait for a teacher that answers alone
     * @param fingerprint      what texts depend on besides request and guidance
     */
    public CompletionController(
            Student student,
            JsonMapper json,
            GuidanceWish guidanceDefaults,
            Duration requestTimeout,
            String fingerprint) {
        this.student = student;
        this.json = json;
        this.guidanceDefaults = guidanceDefaults;
        this.requestTimeout = requestTimeout;
        this.fingerprint = fingerprint;
    }

    /** Answers a conversation. */
    @ApiResponse(
            responseCode = "200",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = ChatCompletion.class)),
                @Content(
                        mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                        schema = @Schema(anyOf = {ChatCompletionChunk.class, ErrorBody.class}))
            })
    @ApiResponse(responseCode = "404")
    @ApiResponse(responseCode = "429")
    @ApiResponse(responseCode = "503")
    @ApiResponse(responseCode = "504")
    @PostMapping("/v1/chat/completions")
    ChatCompletion chat(
            @Valid @RequestBody ChatCompletionRequest request,
            @Parameter(schema = @Schema(type = "string", pattern = DeadlineHeader.PATTERN))
                    @RequestHeader(name = GuidanceApi.DEADLINE_HEADER, required = false)
                    String deadline,
            HttpServletRequest http,
            HttpServletResponse response) {
        Client client = client(http, deadline);
        check(request.options(), request.tokenLimit());
        request.notOffered().refuse();
        if (request.topLogprobs() != null && request.wantedLogprobs().isEmpty()) {
            throw ApiException.invalid("top_logprobs", "top_logprobs needs logprobs to be true.");
        }
        Conversation conversation = Conversation.of(
                ChatMessageParam.plain(request.messages()),
                request.continueFinalMessage(),
                request.addGenerationPrompt());
        Question question = question(
                ModelInputs.chat(student.model(), conversation),
                conversation,
                request.tokenLimit(),
                request.wantedLogprobs(),
                request.options());
        ChatWriter writer = new ChatWriter(
                head("chatcmpl-"),
                student.model().tokenizer(),
                question.topLogprobs().isPresent());
        return answer(writer, question, request.options(), client, http, response);
    }

    /** Goes on with a text. */
    @ApiResponse(
            responseCode = "200",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = TextCompletion.class)),
                @Content(
                        mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                        schema = @Schema(anyOf = {TextCompletionChunk.class, ErrorBody.class}))
            })
    @ApiResponse(responseCode = "404")
    @ApiResponse(responseCode = "429")
    @ApiResponse(responseCode = "503")
    @ApiResponse(responseCode = "504")
    @PostMapping("/v1/completions")
    TextCompletion complete(
            @Valid @RequestBody CompletionRequest request,
            @Parameter(schema = @Schema(type = "string", pattern = DeadlineHeader.PATTERN))
                    @RequestHeader(name = GuidanceApi.DEADLINE_HEADER, required = false)
                    String deadline,
            HttpServletRequest http,
            HttpServletResponse response) {
        Client client = client(http, deadline);
        int maxTokens = Optional.ofNullable(request.maxTokens()).orElse(DEFAULT_TEXT_TOKENS);
        check(request.options(), maxTokens);
        request.notOffered().refuse();
        Question question = question(
                Prompt.raw(request.prompt().get(0)), null, maxTokens, request.wantedLogprobs(), request.options());
        TextWriter writer = new TextWriter(
                head("cmpl-"),
                student.model().tokenizer(),
                question.topLogprobs().isPresent(),
                question.choices());
        return answer(writer, question, request.options(), client, http, response);
    }

    private AnswerWriter.Head head(String idPrefix) {
        return new AnswerWriter.Head(
                idPrefix + UUID.randomUUID().toString().replace("-", ""),
                Instant.now().getEpochSecond(),
                student.model().name(),
                fingerprint);
    }

    private Client client(HttpServletRequest request, String deadline) {
        return new Client(Caller.of(request).name(), DeadlineHeader.read(deadline, requestTimeout, requestTimeout));
    }

    private void check(AnswerOptions options, Integer maxTokens) {
        if (options.model() != null && !options.model().equals(student.model().name())) {
            throw ApiException.modelNotFound(options.model());
        }
        if (options.streamOptions() != null && !options.streams()) {
            throw ApiException.invalid("stream_options", "stream_options needs stream to be true.");
        }
        Integer minTokens = options.sampling().minTokens();
        if (minTokens != null && maxTokens != null && minTokens > maxTokens) {
            throw ApiException.invalid("min_tokens", "min_tokens may not exceed max_tokens, " + maxTokens + ".");
        }
    }

    private Question question(
            Prompt prompt,
            Conversation conversation,
            Integer maxTokens,
            OptionalInt topLogprobs,
            AnswerOptions options) {
        if (topLogprobs.isPresent() && !student.backend().tellsLogprobs()) {
            throw ApiException.unsupported("logprobs");
        }
        GuidanceWish guidance = guidance(options.guidance());
        if (options.choices() > 1 && guidance.mode() == GuidanceMode.ONLY) {
            throw ApiException.invalid("n", "n must be 1 where the teacher answers alone.");
        }
        return new Question(
                prompt,
                conversation,
                maxTokens,
                options.stopSequences(),
                sampling(options.sampling(), options.logitBias()),
                options.sampling(),
                Boolean.TRUE.equals(options.ignoreEos()),
                options.choices(),
                topLogprobs,
                guidance);
    }

    private SamplingParameters sampling(Sampling wishes, Map<String, Double> logitBias) {
        return ModelInputs.sampling(wishes, student.model().defaultSampling().withLogitBias(bias(logitBias)));
    }

    private Map<Integer, Double> bias(Map<String, Double> byName) {
        Map<Integer, Double> bias = new HashMap<>();
        int vocabulary = student.model().vocabularySize();
        for (Map.Entry<String, Double> entry :
                Optional.ofNullable(byName).orElse(Map.of()).entrySet()) {
            if (!entry.getKey().matches(TOKEN_ID) || Integer.parseInt(entry.getKey()) >= vocabulary) {
                throw ApiException.invalid("logit_bias", "logit_bias keys must be token ids below " + vocabulary + ".");
            }
            if (Math.abs(entry.getValue()) > LARGEST_BIAS) {
                throw ApiException.invalid("logit_bias", "logit_bias values must be between -100 and 100.");
            }
            bias.put(Integer.parseInt(entry.getKey()), entry.getValue());
        }
        return bias;
    }

    private GuidanceWish guidance(GuidanceOptions options) {
        if (options == null) {
            return guidanceDefaults;
        }
        GuidanceMode mode = Optional.ofNullable(options.mode()).orElse(guidanceDefaults.mode());
        if (options.text() != null && mode != GuidanceMode.AUTO) {
            throw ApiException.invalid(
                    "guidance.text", "guidance.text needs guidance.mode \"auto\": it is what the student continues.");
        }
        if (options.complete() != null && options.text() == null) {
            throw ApiException.invalid("guidance.complete", "guidance.complete needs guidance.text.");
        }
        Duration otherwise = mode == GuidanceMode.ONLY ? requestTimeout : guidanceDefaults.timeout();
        return new GuidanceWish(
                mode,
                Optional.ofNullable(options.maxTokens()).orElse(guidanceDefaults.maxTokens()),
                options.timeoutMs() == null ? otherwise : Duration.ofMillis(options.timeoutMs()),
                Optional.ofNullable(options.text())
                        .map(text -> Guidance.given(
                                text,
                                Boolean.TRUE.equals(options.complete()),
                                student.model().tokenizer().specialTokens())));
    }

    /** Returns the answer, or null if it has been streamed. */
    private <W> W answer(
            AnswerWriter<W, ?> writer,
            Question question,
            AnswerOptions options,
            Client client,
            HttpServletRequest request,
            HttpServletResponse response) {
        ClientConnection connection = ClientConnection.of(request);
        if (!options.streams()) {
            try {
                return writer.whole(student.answer(question, client, new WholeListener(connection)));
            } catch (IOException e) {
                LOG.debug("The client has gone: {}", e.toString());
                throw ApiException.cancelled();
            }
        }
        EventStream events = new EventStream(response, json);
        stream(writer, question, client, options.includesUsage(), new StreamingListener(writer, connection, events));
        return null;
    }

    private void stream(
            AnswerWriter<?, ?> writer,
            Question question,
            Client client,
            boolean includeUsage,
            StreamingListener listener) {
        EventStream events = listener.events;
        try {
            try {
                Answer answer = student.answer(question, client, listener);
                int last = answer.choices().size() - 1;
                listener.open(last);
                events.data(writer.ending(last, answer.choices().get(last), GuidanceReport.of(answer)));
                if (includeUsage) {
                    events.data(writer.usage(answer.usage()));
                }
                events.done();
            } catch (ApiException e) {
                if (!events.begun()) {
                    throw e;
                }
                events.error(e);
            } catch (RuntimeException e) {
                if (!events.begun()) {
                    throw e;
                }
                LOG.error("An answer broke off", e);
                events.error(ApiException.internal());
            }
        } catch (IOException e) {
            LOG.debug("The client has gone: {}", e.toString());
        }
    }

    private static void failIfLost(ClientConnection connection) throws IOException {
        if (connection.lost()) {
            throw new IOException("the connection is closed");
        }
    }

    private record WholeListener(ClientConnection connection) implements AnswerListener {

        @Override
        public void stillThere() throws IOException {
            failIfLost(connection);
        }

        @Override
        public boolean wantsPieces() {
            return false;
        }

        @Override
        public void onPiece(Piece piece) {}

        @Override
        public void onChoice(int index, Answer.Choice choice) {}

        @Override
        public void onWaiting() {}
    }

    private static final class StreamingListener implements AnswerListener {

        private final AnswerWriter<?, ?> writer;
        private final ClientConnection connection;
        private final EventStream events;
        private int opened;

        StreamingListener(AnswerWriter<?, ?> writer, ClientConnection connection, EventStream events) {
            this.writer = writer;
            this.connection = connection;
            this.events = events;
        }

        @Override
        public void stillThere() throws IOException {
            failIfLost(connection);
        }

        @Override
        public void onPiece(Piece piece) throws IOException {
            open(piece.choice());
            events.data(writer.piece(piece));
        }

        @Override
        public void onChoice(int index, Answer.Choice choice) throws IOException {
            open(index);
            events.data(writer.ending(index, choice, null));
        }

        @Override
        public void onWaiting() throws IOException {
            open(0);
            events.heartbeat();
        }

        /** The first chunk of each choice says who speaks. */
        private void open(int choice) throws IOException {
            for (; opened <= choice; opened++) {
                events.data(writer.opening(opened));
            }
        }
    }
}
