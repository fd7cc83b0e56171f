package io.gkt.student.openai;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.gkt.protocol.GuidanceApi;
import io.gkt.service.ChatMessageParam;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Body of {@code POST /v1/chat/completions}. Unknown fields are ignored.
 *
 * @param messages             the conversation
 * @param continueFinalMessage whether the answer goes on with the last message; null is yes if it is the assistant's
 * @param addGenerationPrompt  vLLM's opposite of it: a turn begins exactly where none is continued
 * @param maxTokens            most tokens of an answer; the old name
 * @param maxCompletionTokens  the same; wins if both are given
 * @param logprobs             whether tokens come with their logprobs
 * @param topLogprobs          and with those of so many of the likeliest at their place, 0 to 20; needs logprobs
 * @param options              what other requests may say as well; its fields stand among the others
 * @param notOffered           what must ask for nothing; its fields stand among the others
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record ChatCompletionRequest(
        @NotNull @Size(min = 1, max = GuidanceApi.MAX_MESSAGES) List<@NotNull @Valid ChatMessageParam> messages,

        Boolean continueFinalMessage,
        Boolean addGenerationPrompt,
        @Min(1) Integer maxTokens,
        @Min(1) Integer maxCompletionTokens,
        Boolean logprobs,
        @Min(0) @Max(20) Integer topLogprobs,
        @Valid @JsonUnwrapped AnswerOptions options,
        @JsonUnwrapped NotOffered notOffered) {

    /** @return the most tokens asked for; null if not said */
    Integer tokenLimit() {
        return maxCompletionTokens == null ? maxTokens : maxCompletionTokens;
    }

    /** @return of how many of the likeliest tokens logprobs are wanted; empty if of none, nor of those written */
    OptionalInt wantedLogprobs() {
        return Boolean.TRUE.equals(logprobs)
                ? OptionalInt.of(topLogprobs == null ? 0 : topLogprobs)
                : OptionalInt.empty();
    }
}
