package io.gkt.teacher.guidance;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.generation.GenerationRequest;
import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.inference.tokenizer.Prompt;
import io.gkt.protocol.GuidanceRequest;
import io.gkt.service.ApiException;
import io.gkt.service.Conversation;
import io.gkt.service.DeadlineHeader;
import io.gkt.service.ModelInputs;
import io.gkt.teacher.TeacherSettings;
import io.gkt.teacher.batching.BatchRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Says in the batch's terms what clients ask for. */
@Component
final class GuidanceRequests {

    private static final Duration LONGEST_DEADLINE = Duration.ofHours(1);

    private final TeacherSettings settings;
    private final LanguageModel model;

    GuidanceRequests(TeacherSettings settings, LanguageModel model) {
        this.settings = settings;
        this.model = model;
    }

    /**
     * @param request  valid by itself
     * @param caller   who sent it
     * @param deadline the header's value; null if absent
     * @param arrival  {@link System#nanoTime()} when it came
     * @throws ApiException 400 or 404 if this teacher can't do what is asked for
     */
    BatchRequest read(GuidanceRequest request, String caller, String deadline, long arrival) {
        if (request.model() != null && !request.model().equals(model.name())) {
            throw ApiException.modelNotFound(request.model());
        }
        int maxTokens = Optional.ofNullable(request.maxTokens()).orElse(settings.maxTokens());
        if (maxTokens > settings.maxTokens()) {
            throw ApiException.invalid("max_tokens", "max_tokens may be " + settings.maxTokens() + " at most.");
        }
        SamplingParameters sampling = ModelInputs.sampling(request.sampling(), SamplingParameters.GREEDY);
        if (sampling.minTokens() > maxTokens) {
            throw ApiException.invalid("min_tokens", "min_tokens may not exceed max_tokens, " + maxTokens + ".");
        }
        long end = arrival
                + DeadlineHeader.read(deadline, settings.defaultDeadline(), LONGEST_DEADLINE)
                        .toNanos();
        boolean chat = request.messages() != null;
        int[] prompt = chat
                ? tokens(
                        ModelInputs.chat(
                                model, Conversation.of(request.messages(), request.continueFinalMessage(), null)),
                        "messages")
                : tokens(Prompt.raw(request.prompt()), "prompt");
        return new BatchRequest(
                request.id(),
                caller,
                chat ? "chat" : "text_completion",
                new GenerationRequest(prompt, prompt.length, maxTokens, sampling, false),
                Optional.ofNullable(request.stop()).orElse(List.of()),
                arrival,
                end);
    }

    private int[] tokens(Prompt prompt, String param) {
        int[] tokens = model.tokenizer().encode(prompt);
        int longest = model.decoder().contextLength() - 1;
        if (tokens.length > longest) {
            throw ApiException.contextLengthExceeded(
                    param,
                    param + " has " + tokens.length + " tokens, but the model takes " + longest
                            + " before an answer of at least one.");
        }
        if (tokens.length == 0) {
            throw ApiException.invalid(param, param + " has no tokens.");
        }
        return tokens;
    }
}
