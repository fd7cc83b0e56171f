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
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Body of {@code POST /v1/completions}. Unknown fields are ignored.
 *
 * @param model         the model wanted; null takes what there is
 * @param prompt        text to continue as it is; special-token text in it is markup
 * @param maxTokens     most tokens of the answer; null is OpenAI's 16
 * @param n             answers wanted; only 1
 * @param bestOf        only 1
 * @param stop          one text, or up to 4, at which the answer ends
 * @param stream        whether the answer is sent piece by piece
 * @param streamOptions how it streams
 * @param logitBias     by token id of this model, -100 to 100
 * @param sampling      how tokens are drawn; its fields stand among the others
 * @param ignoreEos     whether to go on after the model ends the answer
 * @param guidance      who answers
 * @param logprobs      not offered
 * @param echo          not offered
 * @param suffix        not offered
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record CompletionRequest(
        @Size(max = 256) String model,
        @NotEmpty String prompt,
        @Min(1) Integer maxTokens,

        @Min(1) @Max(value = 1, message = "must be 1: one answer a request") Integer n,

        @Min(1) @Max(value = 1, message = "must be 1: one answer a request") Integer bestOf,

        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Size(max = 4) List<@NotEmpty @Size(max = 256) String> stop,

        Boolean stream,
        StreamOptions streamOptions,
        @Size(max = 1024) Map<String, @NotNull Double> logitBias,
        @Valid @JsonUnwrapped Sampling sampling,
        Boolean ignoreEos,
        @Valid GuidanceOptions guidance,
        Integer logprobs,
        Boolean echo,
        String suffix) {}
