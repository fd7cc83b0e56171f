package io.gkt.teacher.guidance;

import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.protocol.GuidanceRequest;
import io.gkt.service.Conversation;
import java.util.List;
import java.util.Optional;

/**
 * A request with all that it leaves to the server decided. Times are those of {@link System#nanoTime()}.
 *
 * @param request   as it came
 * @param conversation what is to be answered; null if a prompt is to be continued
 * @param caller    whose turn it is: requests of different callers take turns
 * @param maxTokens most tokens
 * @param sampling  how they are drawn
 * @param arrival   when it came
 * @param deadline  when its answer has no use any more
 */
record GuidanceTask(
        GuidanceRequest request,
        Conversation conversation,
        String caller,
        int maxTokens,
        SamplingParameters sampling,
        long arrival,
        long deadline) {

    String id() {
        return request.id();
    }

    boolean chat() {
        return conversation != null;
    }

    /** As OpenTelemetry calls it. */
    String operation() {
        return chat() ? "chat" : "text_completion";
    }

    List<String> stop() {
        return Optional.ofNullable(request.stop()).orElse(List.of());
    }
}
