package io.gkt.student.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gkt.inference.sampling.TokenLogprobs;
import io.gkt.inference.tokenizer.Tokenizer;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * How likely the student held the tokens of a chat's answer to be.
 *
 * @param content the tokens
 */
record ChatLogprobs(List<Token> content) {

    /**
     * A token.
     *
     * @param token       its text; {@code bytes:\xe2\x82} where it is part of a character
     * @param logprob     natural logarithm of its probability
     * @param bytes       what it stands for
     * @param topLogprobs the likeliest at its place; these have none themselves
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Token(
            String token,
            double logprob,
            List<Integer> bytes,
            @JsonInclude(JsonInclude.Include.NON_NULL) List<Token> topLogprobs) {}

    static ChatLogprobs of(List<TokenLogprobs> entries, Tokenizer tokenizer) {
        return new ChatLogprobs(entries.stream()
                .map(entry -> token(
                        entry.token(),
                        entry.logprob(),
                        entry.top().stream()
                                .map(other -> token(other.token(), other.logprob(), null, tokenizer))
                                .toList(),
                        tokenizer))
                .toList());
    }

    private static Token token(int id, double logprob, List<Token> top, Tokenizer tokenizer) {
        byte[] bytes = tokenizer.bytesOf(id);
        return new Token(
                TokenText.of(bytes),
                TokenText.logprob(logprob),
                IntStream.range(0, bytes.length)
                        .mapToObj(i -> Byte.toUnsignedInt(bytes[i]))
                        .toList(),
                top);
    }
}
