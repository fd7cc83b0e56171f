package io.gkt.student.openai;

import io.gkt.inference.sampling.TokenLogprobs;
import io.gkt.inference.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * How likely the student held the tokens of a text completion to be.
 *
 * @param tokens        their texts
 * @param tokenLogprobs their logprobs
 * @param topLogprobs   logprobs of the likeliest at their place, and of themselves, by text
 * @param textOffset    how many characters of the answer come before them
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record TextLogprobs(
        List<String> tokens,
        List<Double> tokenLogprobs,
        List<Map<String, Double>> topLogprobs,
        List<Integer> textOffset) {

    /** @param offset how many characters of the answer come before the first of these */
    static TextLogprobs of(List<TokenLogprobs> entries, int offset, Tokenizer tokenizer) {
        TextLogprobs all = new TextLogprobs(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        int before = offset;
        for (TokenLogprobs entry : entries) {
            byte[] bytes = tokenizer.bytesOf(entry.token());
            Map<String, Double> top = new LinkedHashMap<>();
            entry.top()
                    .forEach(other -> top.putIfAbsent(
                            TokenText.of(tokenizer.bytesOf(other.token())), TokenText.logprob(other.logprob())));
            top.putIfAbsent(TokenText.of(bytes), TokenText.logprob(entry.logprob()));
            all.tokens.add(TokenText.of(bytes));
            all.tokenLogprobs.add(TokenText.logprob(entry.logprob()));
            all.topLogprobs.add(top);
            all.textOffset.add(before);
            before += TokenText.characters(bytes);
        }
        return all;
    }

    /** How many characters the tokens are. */
    static int characters(List<TokenLogprobs> entries, Tokenizer tokenizer) {
        return entries.stream()
                .mapToInt(entry -> TokenText.characters(tokenizer.bytesOf(entry.token())))
                .sum();
    }
}
