package io.gkt.teacher.guidance;

import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.protocol.GuidanceRequest;
import io.gkt.service.ApiException;
import io.gkt.service.Conversation;
import io.gkt.service.DeadlineHeader;
import io.gkt.service.ModelInputs;
import io.gkt.teacher.TeacherSettings;
import java.time.Duration;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Decides what requests leave to the server. */
@Component
final class GuidanceRequests {

    private static final Duration LONGEST_DEADLINE = Duration.ofHours(1);

    private final TeacherSettings settings;
    private final GuidanceBackend backend;

    GuidanceRequests(TeacherSettings settings, GuidanceBackend backend) {
        this.settings = settings;
        this.backend = backend;
    }

    /**
     * @param request  valid by itself
     * @param caller   who sent it
     * @param deadline the header's value; null if absent
     * @param arrival  {@link System#nanoTime()} when it came
     * @throws ApiException 400 or 404 if this teacher can't do what is asked for
     */
    GuidanceTask read(GuidanceRequest request, String caller, String deadline, long arrival) {
        if (request.model() != null && !request.model().equals(backend.model())) {
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
        Conversation conversation = request.messages() == null
                ? null
                : Conversation.of(request.messages(), request.continueFinalMessage(), null);
        return new GuidanceTask(request, conversation, caller, maxTokens, sampling, arrival, end);
    }
}
