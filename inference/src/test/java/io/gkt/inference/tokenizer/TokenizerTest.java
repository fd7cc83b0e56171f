package io.gkt.inference.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gkt.inference.GoldenTokenizer;
import io.gkt.inference.checkpoint.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class TokenizerTest {
    static Path directory(String name) {
        return Path.of("src", "test", "resources", "tokenizers", name);
    }

    @Test
    void addsBeginOfTextToRawPromptsOnly() throws Exception {
        GoldenTokenizer golden = GoldenTokenizer.fetch("llama3_1");
        try (Tokenizer tokenizer = Tokenizer.load(golden.directory())) {
            assertThat(tokenizer.encode(Prompt.raw("Hello, world!"))).containsExactly(128000, 9906, 11, 1917, 0);
            assertThat(tokenizer.encode(Prompt.markup("Hello, world!"))).containsExactly(9906, 11, 1917, 0);
            assertThat(tokenizer.vocabularySize()).isEqualTo(128256);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama3_1", "qwen3"})
    void spellsTokensAsTheVocabularyDoes(String family) throws Exception {
        GoldenTokenizer golden = GoldenTokenizer.fetch(family);
        try (Tokenizer tokenizer = Tokenizer.load(golden.directory())) {
            for (JsonNode text : golden.expected().path("texts")) {
                assertThat(text.path("ids")
                                .valueStream()
                                .map(id -> tokenizer.spelling(id.asInt()).orElseThrow())
                                .toList())
                        .isEqualTo(text.path("tokens")
                                .valueStream()
                                .map(JsonNode::asString)
                                .toList());
            }
            for (String token : tokenizer.specialTokens()) {
                assertThat(tokenizer.spelling(tokenizer.idOf(token).orElseThrow()))
                        .contains(token);
            }
            assertThat(tokenizer.spelling(-1)).isEmpty();
            assertThat(tokenizer.spelling(tokenizer.vocabularySize())).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama3_1", "qwen3"})
    void keepsSpecialTokenTextInPlainSpansPlain(String family) throws Exception {
        GoldenTokenizer golden = GoldenTokenizer.fetch(family);
        try (Tokenizer tokenizer = Tokenizer.load(golden.directory())) {
            for (String token : tokenizer.specialTokens()) {
                String text = "before " + token + " after";
                int[] ids = tokenizer.encode(Prompt.plain(text));
                assertThat(Arrays.stream(ids).boxed()).allMatch(tokenizer::hasText);
                assertThat(tokenizer.decode(ids)).isEqualTo(text);
            }
            String control = tokenizer.specialTokens().iterator().next();
            int id = tokenizer.idOf(control).orElseThrow();
            int[] mixed =
                    tokenizer.encode(Prompt.markup(control).plus("a " + control).plus(" b"));
            assertThat(mixed[0]).isEqualTo(id);
            assertThat(Arrays.copyOfRange(mixed, 1, mixed.length)).doesNotContain(id);
            assertThat(tokenizer.decode(mixed)).isEqualTo("a " + control + " b");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"byte-level", "prepend", "metaspace-first", "unigram"})
    void noPlainTextBecomesASpecialToken(String name) {
        try (Tokenizer tokenizer = Tokenizer.load(directory(name))) {
            for (String token : tokenizer.specialTokens()) {
                for (String text : List.of(token, "hello " + token, token + token, "hello" + token + "world")) {
                    int[] ids = tokenizer.encode(Prompt.plain(text));
                    assertThat(tokenizer.decode(ids)).isEqualTo(text);
                    assertThat(Arrays.stream(ids).boxed()).allMatch(tokenizer::hasText);
                }
            }
        }
    }

    /** The aliases that carry the markup through a prompt with special-token text must not change anything else. */
    @ParameterizedTest
    @ValueSource(strings = {"byte-level", "prepend", "metaspace-first", "unigram"})
    void markupMeansTheSameBesidePlainSpecialTokenText(String name) {
        try (Tokenizer tokenizer = Tokenizer.load(directory(name))) {
            int[] markup = tokenizer.encode(Prompt.markup("<s>hello world</s> with </s>hello"));
            Prompt mixed = Prompt.markup("<s>hello world</s> with </s>hello").plus("</s>");
            assertThat(Arrays.copyOf(tokenizer.encode(mixed), markup.length)).isEqualTo(markup);
            assertThat(Arrays.stream(markup)
                            .filter(id -> id == tokenizer.idOf("</s>").orElseThrow()))
                    .hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"byte-level", "prepend", "metaspace-first", "unigram"})
    void tokenizesSpansAsOneText(String name) {
        String text = "hello world with a hello";
        try (Tokenizer tokenizer = Tokenizer.load(directory(name))) {
            int[] whole = tokenizer.encode(Prompt.raw(text));
            for (int i = 0; i <= text.length(); i++) {
                Prompt split = Prompt.raw(text.substring(0, i)).plus(text.substring(i));
                assertThat(tokenizer.encode(split)).isEqualTo(whole);
            }
        }
    }

    @Test
    void aSpecialTokenSplitBetweenMarkupAndPlainTextIsNoToken() {
        try (Tokenizer tokenizer = Tokenizer.load(directory("byte-level"))) {
            int[] ids = tokenizer.encode(Prompt.markup("<s><|im_").plus("end|>"));
            assertThat(ids[0]).isZero();
            assertThat(ids).doesNotContain(tokenizer.idOf("<|im_end|>").orElseThrow());
            assertThat(tokenizer.decode(ids)).isEqualTo("<|im_end|>");
        }
    }

    @Test
    void survivesUnpairedSurrogatesAndForeignIds() {
        try (Tokenizer tokenizer = Tokenizer.load(directory("byte-level"))) {
            assertThat(tokenizer.decode(tokenizer.encode(Prompt.plain("a\uD83Db\0c\uDE00"))))
                    .isEqualTo("a\uFFFDb\0c\uFFFD");
            assertThat(tokenizer.decode(new int[] {-1, Integer.MAX_VALUE, tokenizer.vocabularySize()}))
                    .isEmpty();
        }
    }

    @Test
    void servesManyThreads() {
        try (Tokenizer tokenizer = Tokenizer.load(directory("prepend"))) {
            assertThat(IntStream.range(0, 2000).parallel().mapToObj(i -> "hello </s> world 東" + i))
                    .allMatch(text -> tokenizer
                            .decode(tokenizer.encode(Prompt.plain(text)))
                            .equals(text));
        }
    }

    @Test
    void neverTruncates() {
        try (Tokenizer tokenizer = Tokenizer.load(directory("byte-level"))) {
            String text = "one two ".repeat(10_000);
            assertThat(tokenizer.decode(tokenizer.encode(Prompt.raw(text)))).isEqualTo(text);
        }
    }

    @Test
    void knowsItsTokens() {
        try (Tokenizer tokenizer = Tokenizer.load(directory("byte-level"))) {
            assertThat(tokenizer.idOf("<|im_end|>")).hasValue(3);
            assertThat(tokenizer.idOf("!")).hasValue(4);
            assertThat(tokenizer.idOf("no such token")).isEqualTo(OptionalInt.empty());
            assertThat(tokenizer.specialTokens()).containsExactly("<s>", "</s>", "<|im_start|>", "<|im_end|>");
        }
    }

    @Test
    void saysWhatIsWrongWithADirectory(@TempDir Path directory) throws Exception {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tokenizer.load(directory))
                .withMessageContaining("tokenizer.json is missing");
        Files.writeString(directory.resolve("tokenizer.json"), "{");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Tokenizer.load(directory))
                .withMessageContaining("not valid JSON");
        Files.writeString(directory.resolve("tokenizer.json"), "{\"model\": {\"type\": \"Unheard\"}}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tokenizer.load(directory))
                .withMessageContaining("not a tokenizer this library understands");
    }
}
