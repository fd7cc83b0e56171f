package io.gkt.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Asks for the first tokens of an answer.
 *
 * @param id        names the request, for cancelling and for telling answers apart; {@link GuidanceApi#ID_PATTERN}
 * @param model     the model wanted; null takes what the server has
 * @param messages  a conversation to be answered; null if {@code prompt} is given
 * @param continueFinalMessage whether the answer goes on with the last message instead of beginning a turn; null is
 *                  yes if that message is the assistant's
 * @param prompt    text to be continued as it is; null if {@code messages} is given
 * @param maxTokens most tokens wanted, at least 1; null leaves it to the server
 * @param stop      texts that end the answer and are not part of it, at most
 *                  {@link GuidanceApi#MAX_STOP_SEQUENCES}; null is none
 * @param sampling  how tokens are drawn; its fields stand among the others on the wire
 * @param stream    whether the answer is sent piece by piece; null is no
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
@EitherMessagesOrPrompt
public record GuidanceRequest(
        @NotNull @Pattern(
                regexp = GuidanceApi.ID_PATTERN,
                message = "must be 1 to 64 characters of A-Z, a-z, 0-9, '.', '_' and '-'")
        String id,

        @Size(max = GuidanceApi.MAX_MODEL_LENGTH) String model,
        @Size(min = 1, max = GuidanceApi.MAX_MESSAGES) List<@NotNull @Valid Message> messages,
        Boolean continueFinalMessage,
        @Size(min = 1) String prompt,
        @Min(1) Integer maxTokens,

        @Size(max = GuidanceApi.MAX_STOP_SEQUENCES) List<@NotNull @Size(min = 1, max = GuidanceApi.MAX_STOP_LENGTH) String> stop,

        @Valid @JsonUnwrapped Sampling sampling,
        Boolean stream) {}
