package io.gkt.student.openai;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.gkt.protocol.Sampling;
import io.gkt.student.guidance.GuidanceOptions;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Body of {@code POST /v1/chat/completions}. Unknown fields are ignored.
 *
 * @param model               the model wanted; null takes what there is
 * @param messages            the conversation
 * @param maxTokens           most tokens of the answer; the old name
 * @param maxCompletionTokens the same; wins if both are given
 * @param n                   answers wanted; only 1
 * @param stop                one text, or up to 4, at which the answer ends
 * @param stream              whether the answer is sent piece by piece
 * @param streamOptions       how it streams
 * @param logitBias           by token id of this model, -100 to 100
 * @param sampling            how tokens are drawn; its fields stand among the others
 * @param ignoreEos           whether to go on after the model ends the answer
 * @param guidance            who answers
 * @param logprobs            not offered
 * @param tools               not offered
 * @param toolChoice          not offered
 * @param responseFormat      only plain text
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record ChatCompletionRequest(
        @Size(max = 256) String model,
        @NotNull @Size(min = 1, max = 2048) List<@NotNull @Valid ChatMessageParam> messages,
        @Min(1) Integer maxTokens,
        @Min(1) Integer maxCompletionTokens,

        @Min(1) @Max(value = 1, message = "must be 1: one answer a request") Integer n,

        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Size(max = 4) List<@NotEmpty @Size(max = 256) String> stop,

        Boolean stream,
        StreamOptions streamOptions,
        @Size(max = 1024) Map<String, @NotNull Double> logitBias,
        @Valid @JsonUnwrapped Sampling sampling,
        Boolean ignoreEos,
        @Valid GuidanceOptions guidance,
        Boolean logprobs,
        JsonNode tools,
        JsonNode toolChoice,
        JsonNode responseFormat) {

    /** @return the most tokens asked for; null if not said */
    Integer tokenLimit() {
        return maxCompletionTokens == null ? maxTokens : maxCompletionTokens;
    }
}
