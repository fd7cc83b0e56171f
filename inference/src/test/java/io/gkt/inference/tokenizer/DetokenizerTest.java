package io.gkt.inference.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.inference.GoldenTokenizer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class DetokenizerTest {
    private static String pieces(Detokenizer detokenizer, int... ids) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(detokenizer.append(id));
        }
        return text.append(detokenizer.finish()).toString();
    }

    private static int[] concat(int[] a, int[] b) {
        return IntStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama3_1", "qwen3"})
    void emitsWholeCharactersOnly(String family) throws Exception {
        GoldenTokenizer golden = GoldenTokenizer.fetch(family);
        try (Tokenizer tokenizer = Tokenizer.load(golden.directory())) {
            for (JsonNode text : golden.expected().path("texts")) {
                int[] ids = tokenizer.encode(Prompt.plain(text.path("text").asString()));
                for (int end = 0; end <= ids.length; end++) {
                    int[] prefix = Arrays.copyOf(ids, end);
                    String emitted = pieces(tokenizer.detokenizer(new int[0]), prefix);
                    assertThat(emitted).doesNotContain("\uFFFD");
                    assertThat(tokenizer.decode(prefix)).startsWith(emitted);
                    assertThat(pieces(tokenizer.detokenizer(prefix), Arrays.copyOfRange(ids, end, ids.length)))
                            .satisfies(rest ->
                                    assertThat(text.path("text").asString()).endsWith(rest.replace("\uFFFD", "")));
                }
                assertThat(pieces(tokenizer.detokenizer(new int[0]), ids))
                        .isEqualTo(text.path("text").asString());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"byte-level", "prepend", "metaspace-first", "unigram"})
    void randomTokensGiveWhatDecodingGives(String name) {
        try (Tokenizer tokenizer = Tokenizer.load(TokenizerTest.directory(name))) {
            Random random = new Random(7);
            int compared = 0;
            for (int round = 0; round < 3000; round++) {
                int[] ids = random.ints(random.nextInt(12), 0, tokenizer.vocabularySize() + 2)
                        .toArray();
                String decoded = tokenizer.decode(ids);
                String emitted = pieces(tokenizer.detokenizer(new int[0]), ids);
                if (decoded.indexOf('\uFFFD') < 0) {
                    assertThat(emitted).isEqualTo(decoded);
                    compared++;
                }
            }
            assertThat(compared).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"byte-level", "prepend", "metaspace-first"})
    void anyTextComesBackFromAnyContext(String name) {
        try (Tokenizer tokenizer = Tokenizer.load(TokenizerTest.directory(name))) {
            Random random = new Random(11);
            String[] parts = {"hello", " ", "world", "é", "東京", "😀", "👩‍👧", "  ", "a", "with", "</s>"};
            for (int round = 0; round < 1000; round++) {
                StringBuilder text = new StringBuilder();
                random.ints(1 + random.nextInt(20), 0, parts.length).forEach(i -> text.append(parts[i]));
                int[] ids = tokenizer.encode(Prompt.plain(text.toString()));
                int[] context = Arrays.copyOf(ids, random.nextInt(ids.length + 1));
                String before = tokenizer.decode(context);
                String emitted =
                        pieces(tokenizer.detokenizer(context), Arrays.copyOfRange(ids, context.length, ids.length));
                if (before.indexOf('\uFFFD') < 0) {
                    assertThat(before + emitted).isEqualTo(tokenizer.decode(ids));
                }
            }
        }
    }

    @Test
    void endlessJunkIsNotHeldBack() {
        try (Tokenizer tokenizer = Tokenizer.load(TokenizerTest.directory("prepend"))) {
            int junk = tokenizer.idOf("<0xF0>").orElseThrow();
            Detokenizer detokenizer = tokenizer.detokenizer(new int[0]);
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 1000; i++) {
                text.append(detokenizer.append(junk));
            }
            assertThat(text.length()).isBetween(900, 1000);
            assertThat(detokenizer.append(tokenizer.idOf("a").orElseThrow())).endsWith("a");
        }
    }

    @Test
    void dropsAnIncompleteCharacterAtTheEnd() {
        try (Tokenizer tokenizer = Tokenizer.load(TokenizerTest.directory("prepend"))) {
            int[] ids = tokenizer.encode(Prompt.plain("hello 東"));
            assertThat(pieces(tokenizer.detokenizer(new int[0]), Arrays.copyOf(ids, ids.length - 1)))
                    .isEqualTo("hello ");
        }
    }

    @ParameterizedTest
    @CsvSource({"prepend, 'hello', ' world'", "prepend, 'hello</s>', 'world'", "metaspace-first, 'hello</s>', ' world'"
    })
    void leadingSpaceIsWhatFollowsTheContext(String name, String context, String text) {
        try (Tokenizer tokenizer = Tokenizer.load(TokenizerTest.directory(name))) {
            int[] world = {tokenizer.idOf("▁world").orElseThrow()};
            int[] prompt = tokenizer.encode(Prompt.markup(context));
            assertThat(pieces(tokenizer.detokenizer(prompt), world)).isEqualTo(text);
            assertThat(tokenizer.encode(Prompt.markup(context).plus(text))).isEqualTo(concat(prompt, world));
        }
    }
}
