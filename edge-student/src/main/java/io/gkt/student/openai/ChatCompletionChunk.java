package io.gkt.student.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gkt.protocol.Usage;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a streamed answer to a conversation.
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
record ChatCompletionChunk(
        String id,
        @Schema(_const = ChatCompletionChunk.OBJECT) String object,
        long created,
        String model,
        List<Choice> choices,
        @JsonProperty("system_fingerprint") String systemFingerprint,
        @JsonInclude(JsonInclude.Include.NON_NULL) Usage usage,
        @JsonInclude(JsonInclude.Include.NON_NULL) GuidanceReport gkt) {

    static final String OBJECT = "chat.completion.chunk";

    /** A piece of an answer; the last one says why it is the last. */
    record Choice(
            int index,
            Delta delta,
            @Nullable ChatLogprobs logprobs,

            @Schema(allowableValues = {"stop", "length"}) @JsonProperty("finish_reason") @Nullable String finishReason) {}

    /** What a chunk adds. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Delta(@Schema(_const = ChatCompletion.ASSISTANT) String role, String content) {}
}
