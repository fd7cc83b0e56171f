package io.gkt.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What OpenAI's clients expect as the body of an error.
 *
 * @param error what went wrong
 */
public record ErrorBody(Error error) {

    /**
     * What went wrong. Nulls are written: some clients miss absent fields.
     *
     * @param message what went wrong and what would help
     * @param type    kind of error, such as {@code invalid_request_error}
     * @param param   the field of the request it is about, as {@code messages[0].content}; null if about none
     * @param code    the error itself, such as {@code context_length_exceeded}; null if it has no name
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Error(
            String message,
            String type,
            @Nullable String param,
            @Nullable String code) {}
}
