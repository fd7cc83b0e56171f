package io.gkt.student.openai;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.gkt.protocol.GuidanceApi;
import io.gkt.protocol.Sampling;
import io.gkt.student.guidance.GuidanceOptions;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What requests for answers of either kind may say; its fields stand among their own.
 *
 * @param model         the model wanted; null takes what there is
 * @param n             answers wanted, 1 to 8; null is 1
 * @param stop          one text, or up to 4, at which an answer ends
 * @param stream        whether answers are sent piece by piece
 * @param streamOptions how they stream
 * @param logitBias     by token id of this model, -100 to 100
 * @param sampling      how tokens are drawn; its fields stand among the others
 * @param ignoreEos     whether to go on after the model ends an answer
 * @param guidance      who answers
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record AnswerOptions(
        @Size(max = GuidanceApi.MAX_MODEL_LENGTH) String model,
        @Min(1) @Max(8) Integer n,

        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Size(max = GuidanceApi.MAX_STOP_SEQUENCES) List<@NotNull @Size(min = 1, max = GuidanceApi.MAX_STOP_LENGTH) String> stop,

        Boolean stream,
        StreamOptions streamOptions,
        @Size(max = 1024) Map<String, @NotNull Double> logitBias,
        @Valid @JsonUnwrapped Sampling sampling,
        Boolean ignoreEos,
        @Valid GuidanceOptions guidance) {

    int choices() {
        return Optional.ofNullable(n).orElse(1);
    }

    List<String> stopSequences() {
        return Optional.ofNullable(stop).orElse(List.of());
    }

    boolean streams() {
        return Boolean.TRUE.equals(stream);
    }

    boolean includesUsage() {
        return streamOptions != null && Boolean.TRUE.equals(streamOptions.includeUsage());
    }
}
