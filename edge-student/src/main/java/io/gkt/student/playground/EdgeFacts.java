package io.gkt.student.playground;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.protocol.Sampling;
import io.gkt.student.StudentSettings;
import io.gkt.student.guidance.GuidanceMode;

/**
 * What the page shows of this edge beyond what {@code /v1/models} says.
 *
 * @param demo     whether the student is the embedded demo model, which only solves word problems
 * @param teacher  whether a teacher is configured; it may be away
 * @param guidance what holds where requests say nothing of guidance
 * @param sampling what holds where requests say nothing of sampling
 */
record EdgeFacts(boolean demo, boolean teacher, Guidance guidance, Sampling sampling) {

    /**
     * What holds where requests say nothing of guidance.
     *
     * @param mode      who answers
     * @param maxTokens most tokens that the teacher writes
     * @param timeoutMs longest wait for the teacher, in milliseconds
     */
    record Guidance(
            GuidanceMode mode,
            @JsonProperty("max_tokens") int maxTokens,
            @JsonProperty("timeout_ms") long timeoutMs) {}

    static EdgeFacts of(StudentSettings settings, SamplingParameters defaults) {
        StudentSettings.Guidance guidance = settings.guidance();
        return new EdgeFacts(
                settings.model() == null,
                !settings.teacher().url().isEmpty(),
                new Guidance(
                        guidance.mode(),
                        guidance.maxTokens(),
                        guidance.timeout().toMillis()),
                new Sampling(
                        defaults.temperature(),
                        defaults.topP(),
                        defaults.topK(),
                        defaults.minP(),
                        defaults.repetitionPenalty(),
                        defaults.presencePenalty(),
                        defaults.frequencyPenalty(),
                        null,
                        defaults.minTokens()));
    }
}
