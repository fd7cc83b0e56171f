package io.gkt.student.guidance;

import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;

/**
 * The {@code guidance} field of a request; nulls leave the choice to the configuration.
 *
 * @param mode      who answers
 * @param maxTokens most tokens that the teacher may write, 1 to 4096
 * @param timeoutMs longest wait for the teacher, 1 to 600,000 milliseconds
 * @param text      guidance that the caller has already; the teacher is not asked
 * @param complete  whether that text is the whole answer, so that the student has nothing to add; null is no
 */
public record GuidanceOptions(
        GuidanceMode mode,
        @JsonProperty("max_tokens") @Min(1) @Max(4096) Integer maxTokens,
        @JsonProperty("timeout_ms") @Min(1) @Max(600_000) Integer timeoutMs,
        @Size(max = 65_536) String text,
        Boolean complete) {}
