package io.gkt.protocol;

import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Tokens read and written, as OpenAI counts them.
 *
 * @param promptTokens        tokens of the prompt
 * @param completionTokens    tokens of the answer
 * @param totalTokens         both
 * @param promptTokensDetails more about the prompt's
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Usage(int promptTokens, int completionTokens, int totalTokens, PromptTokensDetails promptTokensDetails) {

    /**
     * More about the prompt's tokens.
     *
     * @param cachedTokens those that were in the KV cache already
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record PromptTokensDetails(int cachedTokens) {}

    /**
     * @param promptTokens     tokens of the prompt
     * @param completionTokens tokens of the answer
     * @param cachedTokens     those of the prompt that were in the KV cache already
     * @return the record of them
     */
    public static Usage of(int promptTokens, int completionTokens, int cachedTokens) {
        return new Usage(
                promptTokens, completionTokens, promptTokens + completionTokens, new PromptTokensDetails(cachedTokens));
    }
}
