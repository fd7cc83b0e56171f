package io.gkt.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Min;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * How the next token is drawn. A null leaves the choice to the server.
 *
 * @param temperature       divides the logits, 0 to 2; 0 takes the likeliest token
 * @param topP              smallest set of tokens whose probability reaches this, above 0 to 1; 1 is off
 * @param topK              number of likeliest tokens kept, from -1; 0 and -1 are off
 * @param minP              least probability kept, relative to the likeliest token's, 0 to 1; 0 is off
 * @param repetitionPenalty divides the logits of tokens in prompt or answer, 0.01 to 10; 1 is off
 * @param presencePenalty   subtracted from the logits of tokens in the answer, -2 to 2; 0 is off
 * @param frequencyPenalty  subtracted once for each time a token is in the answer, -2 to 2; 0 is off
 * @param seed              makes a run repeatable
 * @param minTokens         tokens before the end of sequence is allowed, at least 0
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Sampling(
        @DecimalMin("0") @DecimalMax("2") Double temperature,

        @DecimalMin(value = "0", inclusive = false) @DecimalMax("1") Double topP,

        @Min(-1) Integer topK,
        @DecimalMin("0") @DecimalMax("1") Double minP,

        @DecimalMin("0.01") @DecimalMax("10") Double repetitionPenalty,

        @DecimalMin("-2") @DecimalMax("2") Double presencePenalty,
        @DecimalMin("-2") @DecimalMax("2") Double frequencyPenalty,
        Long seed,
        @Min(0) Integer minTokens) {

    /** Everything left to the server. */
    public static final Sampling UNSET = new Sampling(null, null, null, null, null, null, null, null, null);
}
