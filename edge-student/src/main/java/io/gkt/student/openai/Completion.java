package io.gkt.student.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gkt.protocol.Usage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A response, or one chunk of a stream, of either endpoint.
 *
 * @param id      the same in all chunks
 * @param object  what it is
 * @param created seconds since 1970
 * @param model   who answers
 * @param choices as many as were asked for, in chunks one, or none in the chunk that carries usage
 * @param systemFingerprint what the text depends on besides request and guidance
 * @param usage   tokens; null in chunks but the last
 * @param gkt     what is not in OpenAI's contract
 */
record Completion(
        String id,
        String object,
        long created,
        String model,
        List<Choice> choices,
        @JsonProperty("system_fingerprint") String systemFingerprint,
        @JsonInclude(JsonInclude.Include.NON_NULL) Usage usage,
        @JsonInclude(JsonInclude.Include.NON_NULL) GuidanceReport gkt) {

    /** An answer, or a piece of one; of {@code message}, {@code delta} and {@code text} one is there. */
    record Choice(
            int index,
            @JsonInclude(JsonInclude.Include.NON_NULL) Message message,
            @JsonInclude(JsonInclude.Include.NON_NULL) Delta delta,
            @JsonInclude(JsonInclude.Include.NON_NULL) String text,
            @Nullable Logprobs logprobs,
            @JsonProperty("finish_reason") @Nullable String finishReason) {}

    /** A chat answer. Its refusal is always null, but strict clients miss it if it is absent. */
    record Message(String role, String content, @Nullable String refusal) {}

    /** What a chunk adds to a chat answer. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Delta(String role, String content) {}
}
