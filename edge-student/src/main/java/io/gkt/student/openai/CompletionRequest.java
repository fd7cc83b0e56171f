package io.gkt.student.openai;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Body of {@code POST /v1/completions}. Unknown fields are ignored.
 *
 * @param prompt     text to continue as it is, or an array of one; special-token text in it is markup
 * @param maxTokens  most tokens of an answer; null is OpenAI's 16
 * @param logprobs   tokens come with their logprobs and those of so many of the likeliest at their place, 0 to 20
 * @param options    what other requests may say as well; its fields stand among the others
 * @param notOffered what must ask for nothing; its fields stand among the others
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record CompletionRequest(
        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
        @NotNull @Size(min = 1, max = 1, message = "must be one text a request") List<@NotEmpty String> prompt,

        @Min(1) Integer maxTokens,
        @Min(0) @Max(20) Integer logprobs,
        @Valid @JsonUnwrapped AnswerOptions options,
        @JsonUnwrapped NotOffered notOffered) {

    /** @return of how many of the likeliest tokens logprobs are wanted; empty if of none, nor of those written */
    OptionalInt wantedLogprobs() {
        return logprobs == null ? OptionalInt.empty() : OptionalInt.of(logprobs);
    }
}
