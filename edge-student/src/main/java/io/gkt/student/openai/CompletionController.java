package io.gkt.student.openai;

import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.inference.tokenizer.Prompt;
import io.gkt.protocol.Message;
import io.gkt.protocol.Sampling;
import io.gkt.service.ApiException;
import io.gkt.service.ModelInputs;
import io.gkt.student.generation.Answer;
import io.gkt.student.generation.AnswerListener;
import io.gkt.student.generation.Author;
import io.gkt.student.generation.Question;
import io.gkt.student.generation.Question.GuidanceWish;
import io.gkt.student.generation.Student;
import io.gkt.student.guidance.Guidance;
import io.gkt.student.guidance.GuidanceMode;
import io.gkt.student.guidance.GuidanceOptions;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.Valid;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code POST /v1/chat/completions} and {@code POST /v1/completions}. */
@RestController
public final class CompletionController {

    private static final Logger LOG = LoggerFactory.getLogger(CompletionController.class);
    private static final int DEFAULT_TEXT_TOKENS = 16;

    private final Student student;
    private final JsonMapper json;
    private final GuidanceWish guidanceDefaults;
    private final Duration requestTimeout;

    /**
     * @param student          answers
     * @param json             writes events
     * @param guidanceDefaults what holds where requests say nothing of guidance
     * @param requestTimeout   longest wait for a teacher that answers alone
     */
    public CompletionController(
            Student student, JsonMapper json, GuidanceWish guidanceDefaults, Duration requestTimeout) {
        this.student = student;
        this.json = json;
        this.guidanceDefaults = guidanceDefaults;
        this.requestTimeout = requestTimeout;
    }

    @PostMapping("/v1/chat/completions")
    Completion chat(@Valid @RequestBody ChatCompletionRequest request, HttpServletResponse response) {
        requireModel(request.model());
        refuse("logprobs", Boolean.TRUE.equals(request.logprobs()));
        refuse("tool_choice", asksForTools(request.toolChoice()));
        refuse("response_format", asksForFormat(request.responseFormat()));
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < request.messages().size(); i++) {
            messages.add(request.messages().get(i).toMessage(i));
        }
        Question question = new Question(
                ModelInputs.chat(student.model(), messages),
                messages,
                request.tokenLimit(),
                Optional.ofNullable(request.stop()).orElse(List.of()),
                sampling(request.sampling(), request.logitBias()),
                request.sampling(),
                Boolean.TRUE.equals(request.ignoreEos()),
                guidance(request.guidance()));
        return answer(Endpoint.CHAT, question, request.stream(), request.streamOptions(), response);
    }

    @PostMapping("/v1/completions")
    Completion complete(@Valid @RequestBody CompletionRequest request, HttpServletResponse response) {
        requireModel(request.model());
        refuse("logprobs", request.logprobs() != null);
        refuse("echo", Boolean.TRUE.equals(request.echo()));
        refuse("suffix", request.suffix() != null && !request.suffix().isEmpty());
        Question question = new Question(
                Prompt.raw(request.prompt()),
                null,
                Optional.ofNullable(request.maxTokens()).orElse(DEFAULT_TEXT_TOKENS),
                Optional.ofNullable(request.stop()).orElse(List.of()),
                sampling(request.sampling(), request.logitBias()),
                request.sampling(),
                Boolean.TRUE.equals(request.ignoreEos()),
                guidance(request.guidance()));
        return answer(Endpoint.TEXT, question, request.stream(), request.streamOptions(), response);
    }

    private void requireModel(String model) {
        if (model != null && !model.equals(student.model().name())) {
            throw ApiException.modelNotFound(model);
        }
    }

    private static void refuse(String param, boolean asked) {
        if (asked) {
            throw ApiException.unsupported(param);
        }
    }

    private static boolean asksForTools(JsonNode choice) {
        return choice != null && !choice.isNull() && !List.of("auto", "none").contains(choice.asString(""));
    }

    private static boolean asksForFormat(JsonNode format) {
        return format != null
                && !format.isNull()
                && !format.path("type").asString("").equals("text");
    }

    private SamplingParameters sampling(Sampling wishes, Map<String, Double> logitBias) {
        return ModelInputs.sampling(wishes, student.model().defaultSampling().withLogitBias(bias(logitBias)));
    }

    private Map<Integer, Double> bias(Map<String, Double> byName) {
        Map<Integer, Double> bias = new HashMap<>();
        int vocabulary = student.model().decoder().config().vocabularySize();
        for (Map.Entry<String, Double> entry :
                Optional.ofNullable(byName).orElse(Map.of()).entrySet()) {
            if (!entry.getKey().matches("\\d{1,9}") || Integer.parseInt(entry.getKey()) >= vocabulary) {
                throw ApiException.invalid("logit_bias", "logit_bias keys must be token ids below " + vocabulary + ".");
            }
            if (Math.abs(entry.getValue()) > 100) {
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
    private Completion answer(
            Endpoint endpoint, Question question, Boolean stream, StreamOptions options, HttpServletResponse response) {
        Endpoint.Writing writing = endpoint.begin(student.model().name());
        if (!Boolean.TRUE.equals(stream)) {
            try {
                return writing.whole(student.answer(question, AnswerListener.NONE));
            } catch (IOException e) {
                throw new IllegalStateException("nobody listens who could go away", e);
            }
        }
        boolean includeUsage = options != null && Boolean.TRUE.equals(options.includeUsage());
        stream(writing, question, includeUsage, new EventStream(response, json));
        return null;
    }

    private void stream(Endpoint.Writing writing, Question question, boolean includeUsage, EventStream events) {
        try {
            try {
                Answer answer = student.answer(question, new StreamingListener(writing, events));
                if (!events.begun()) {
                    events.data(writing.opening());
                }
                events.data(writing.ending(answer));
                if (includeUsage) {
                    events.data(writing.usage(answer.usage()));
                }
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
            events.done();
        } catch (IOException e) {
            LOG.debug("The client has gone: {}", e.toString());
        }
    }

    private record StreamingListener(Endpoint.Writing writing, EventStream events) implements AnswerListener {

        @Override
        public void onText(Author author, String text) throws IOException {
            open();
            events.data(writing.piece(author, text));
        }

        @Override
        public void onWaiting() throws IOException {
            open();
            events.heartbeat();
        }

        private void open() throws IOException {
            if (!events.begun()) {
                events.data(writing.opening());
            }
        }
    }
}
