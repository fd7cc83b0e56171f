package io.gkt.student.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.gkt.protocol.Usage;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole answer to a conversation.
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
record ChatCompletion(
        String id,
        @Schema(_const = ChatCompletion.OBJECT) String object,
        long created,
        String model,
        List<Choice> choices,
        @JsonProperty("system_fingerprint") String systemFingerprint,
        Usage usage,
        GuidanceReport gkt) {

    static final String OBJECT = "chat.completion";
    static final String ASSISTANT = "assistant";

    /** An answer. */
    record Choice(
            int index,
            Message message,
            @Nullable ChatLogprobs logprobs,

            @Schema(allowableValues = {"stop", "length"}) @JsonProperty("finish_reason")
            String finishReason) {}

    /** What is said. Its refusal is always null, but strict clients miss it if it is absent. */
    record Message(
            @Schema(_const = ASSISTANT) String role,
            String content,
            @Nullable String refusal) {}
}
