package io.gkt.student.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gkt.protocol.Usage;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a streamed text. OpenAI calls it the same as a whole one.
 *
 * @param id                the same in all chunks
 * @param object            what it is
 * @param created           seconds since 1970
 * @param model             who answers
 * @param choices           one, or none in the chunk that carries usage
 * @param systemFingerprint what the text depends on besides request and guidance
 * @param usage             tokens; only in the last chunk
 * @param gkt               what is not in OpenAI's contract
 */
record TextCompletionChunk(
        String id,
        @Schema(_const = TextCompletion.OBJECT) String object,
        long created,
        String model,
        List<Choice> choices,
        @JsonProperty("system_fingerprint") String systemFingerprint,
        @JsonInclude(JsonInclude.Include.NON_NULL) Usage usage,
        @JsonInclude(JsonInclude.Include.NON_NULL) GuidanceReport gkt) {

    /** A piece of a text; the last one says why it is the last. */
    record Choice(
            int index,
            String text,
            @Nullable TextLogprobs logprobs,

            @Schema(allowableValues = {"stop", "length"}) @JsonProperty("finish_reason") @Nullable String finishReason) {}
}
