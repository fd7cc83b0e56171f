package io.gkt.student.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gkt.inference.sampling.TokenLogprobs;
import io.gkt.inference.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * How likely the student held tokens to be: {@code content} in chats, the others in text completions.
 *
 * @param content       the tokens
 * @param tokens        their texts
 * @param tokenLogprobs their logprobs
 * @param topLogprobs   logprobs of the likeliest at their place, and of themselves, by text
 * @param textOffset    how many characters of the answer come before them
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record Logprobs(
        List<Token> content,
        List<String> tokens,
        List<Double> tokenLogprobs,
        List<Map<String, Double>> topLogprobs,
        List<Integer> textOffset) {

    /** Zero probability has no logarithm that JSON could write; OpenAI writes this. */
    private static final double LEAST = -9999;

    /**
     * A token of a chat's answer.
     *
     * @param token       its text; {@code bytes:\xe2\x82} where it is part of a character
     * @param logprob     natural logarithm of its probability
     * @param bytes       what it stands for
     * @param topLogprobs the likeliest at its place
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Token(String token, double logprob, List<Integer> bytes, List<Token> topLogprobs) {}

    static Logprobs ofChat(List<TokenLogprobs> entries, Tokenizer tokenizer) {
        List<Token> content = entries.stream()
                .map(entry -> token(
                        entry.token(),
                        entry.logprob(),
                        entry.top().stream()
                                .map(other -> token(other.token(), other.logprob(), null, tokenizer))
                                .toList(),
                        tokenizer))
                .toList();
        return new Logprobs(content, null, null, null, null);
    }

    private static Token token(int id, double logprob, List<Token> top, Tokenizer tokenizer) {
        byte[] bytes = tokenizer.bytesOf(id);
        return new Token(
                text(bytes),
                Math.max(LEAST, logprob),
                IntStream.range(0, bytes.length)
                        .mapToObj(i -> Byte.toUnsignedInt(bytes[i]))
                        .toList(),
                top);
    }

    /** @param offset how many characters of the answer come before the first of these */
    static Logprobs ofText(List<TokenLogprobs> entries, int offset, Tokenizer tokenizer) {
        Logprobs all = new Logprobs(null, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        int before = offset;
        for (TokenLogprobs entry : entries) {
            byte[] bytes = tokenizer.bytesOf(entry.token());
            Map<String, Double> top = new LinkedHashMap<>();
            entry.top()
                    .forEach(other ->
                            top.putIfAbsent(text(tokenizer.bytesOf(other.token())), Math.max(LEAST, other.logprob())));
            top.putIfAbsent(text(bytes), Math.max(LEAST, entry.logprob()));
            all.tokens.add(text(bytes));
            all.tokenLogprobs.add(Math.max(LEAST, entry.logprob()));
            all.topLogprobs.add(top);
            all.textOffset.add(before);
            before += characters(bytes);
        }
        return all;
    }

    /** How many characters the tokens are. */
    static int characters(List<TokenLogprobs> entries, Tokenizer tokenizer) {
        return entries.stream()
                .mapToInt(entry -> characters(tokenizer.bytesOf(entry.token())))
                .sum();
    }

    /** A character counts where it begins. */
    private static int characters(byte[] utf8) {
        int count = 0;
        for (byte value : utf8) {
            count += (value & 0xC0) == 0x80 ? 0 : 1;
        }
        return count;
    }

    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            StringBuilder text = new StringBuilder("bytes:");
            for (byte value : bytes) {
                text.append(String.format("\\x%02x", value));
            }
            return text.toString();
        }
    }
}
