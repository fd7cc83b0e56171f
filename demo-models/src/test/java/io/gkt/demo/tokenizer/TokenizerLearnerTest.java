package io.gkt.demo.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.gkt.demo.problem.Problem;
import io.gkt.demo.problem.ProblemGenerator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

class TokenizerLearnerTest {

    private static final List<Problem> PROBLEMS =
            ProblemGenerator.training(5).stream().limit(500).toList();

    @ParameterizedTest
    @EnumSource
    void anyTextComesBackAsItWas(TokenizerLearner learner) throws IOException {
        var random = new Random(1);
        try (var tokenizer = learned(learner)) {
            for (int i = 0; i < 200; i++) {
                var text = random.ints(random.nextInt(40), 1, 0x1F6FF)
                        .filter(character -> Character.isDefined(character)
                                && !(character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE))
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
                assertThat(tokenizer.decode(ids(tokenizer, text))).isEqualTo(text);
            }
            for (var problem : PROBLEMS) {
                var text = problem.prompt() + " " + problem.answer();
                assertThat(tokenizer.decode(ids(tokenizer, text))).isEqualTo(text);
            }
        }
    }

    /** Where time grew faster than the text, these would take hours. */
    @ParameterizedTest
    @EnumSource
    void wordsAndGapsMayBeVeryLong(TokenizerLearner learner) throws IOException {
        try (var tokenizer = learned(learner)) {
            for (var unit : List.of("x", " ", "\u00e9", "+")) {
                var text = "a " + unit.repeat(100_000) + " b";
                assertThat(tokenizer.decode(ids(tokenizer, text))).isEqualTo(text);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void noTokenReachesFromThePromptIntoTheAnswer(TokenizerLearner learner) throws IOException {
        try (var tokenizer = learned(learner)) {
            for (var problem : PROBLEMS) {
                var apart = Stream.of(problem.prompt(), " " + problem.answer())
                        .flatMapToLong(text -> Arrays.stream(ids(tokenizer, text)))
                        .toArray();
                assertThat(ids(tokenizer, problem.prompt() + " " + problem.answer()))
                        .isEqualTo(apart);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void digitsAreTokensOfTheirOwn(TokenizerLearner learner) throws IOException {
        try (var tokenizer = learned(learner)) {
            assertThat(tokenizer.encode("123", false, false).getTokens()).containsExactly("1", "2", "3");
        }
    }

    @Test
    void theTwoKindsCutTheSameTextDifferently() throws IOException {
        try (var pairs = learned(TokenizerLearner.BYTE_PAIRS);
                var pieces = learned(TokenizerLearner.WORD_PIECES)) {
            assertThat(pairs.encode(" has 12", false, false).getTokens()).containsExactly("Ġhas", "Ġ1", "2");
            assertThat(pieces.encode(" has 12", false, false).getTokens()).containsExactly("Ġhas", "Ġ", "1", "2");
        }
    }

    private static HuggingFaceTokenizer learned(TokenizerLearner learner) throws IOException {
        var json = learner.learn(PROBLEMS.stream().map(problem -> problem.prompt() + " " + problem.answer()), 640);
        return HuggingFaceTokenizer.newInstance(
                new ByteArrayInputStream(JsonMapper.shared().writeValueAsBytes(json)),
                Map.of("truncation", "false", "padding", "false"));
    }

    private static long[] ids(HuggingFaceTokenizer tokenizer, String text) {
        return tokenizer.encode(text, false, false).getIds();
    }
}
