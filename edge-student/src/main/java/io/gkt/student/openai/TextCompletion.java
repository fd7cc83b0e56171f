package io.gkt.student.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.gkt.protocol.Usage;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a text goes on, whole.
 *
 * @param id                its own
 * @param object            what it is
 * @param created           seconds since 1970
 * @param model             who answers
 * @param choices           as many as were asked for
 * @param systemFingerprint what the text depends on besides request and guidance
 * @param usage             tokens
 * @param gkt               what is not in OpenAI's contract
 */
record TextCompletion(
        String id,
        @Schema(_const = TextCompletion.OBJECT) String object,
        long created,
        String model,
        List<Choice> choices,
        @JsonProperty("system_fingerprint") String systemFingerprint,
        Usage usage,
        GuidanceReport gkt) {

    static final String OBJECT = "text_completion";

    /** A text. */
    record Choice(
            int index,
            String text,
            @Nullable TextLogprobs logprobs,

            @Schema(allowableValues = {"stop", "length"}) @JsonProperty("finish_reason")
            String finishReason) {}
}
