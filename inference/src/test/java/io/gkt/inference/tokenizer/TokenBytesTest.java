package io.gkt.inference.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenBytesTest {

    private static final String TEXT = "Tom's 12 apples,\n\tna\u00efve \u4f60\u597d \ud83d\udc4d\ud83c\udffd.";

    private static Tokenizer tokenizer(String name) {
        return Tokenizer.load(Path.of("src/test/resources/tokenizers", name));
    }

    @Test
    void tokensOfAByteLevelVocabularyTogetherAreTheTextByteForByte() {
        try (Tokenizer tokenizer = tokenizer("byte-level")) {
            assertThat(joined(tokenizer, tokenizer.encode(Prompt.plain(TEXT)))).isEqualTo(TEXT);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"metaspace-first", "prepend"})
    void otherVocabulariesBeginTextWithASpace(String name) {
        try (Tokenizer tokenizer = tokenizer(name)) {
            assertThat(joined(tokenizer, tokenizer.encode(Prompt.plain(TEXT)))).isEqualTo(" " + TEXT);
        }
    }

    @Test
    void specialTokensAreSpelledOut() {
        try (Tokenizer tokenizer = tokenizer("byte-level")) {
            int[] ids = tokenizer.encode(Prompt.markup("<|im_start|>hi<|im_end|>"));
            assertThat(joined(tokenizer, ids)).isEqualTo("<|im_start|>hi<|im_end|>");
            assertThat(tokenizer.decodeWithSpecialTokens(ids)).isEqualTo("<|im_start|>hi<|im_end|>");
            assertThat(tokenizer.decode(ids)).isEqualTo("hi");
        }
    }

    @Test
    void anIdOutsideTheVocabularyIsNothing() {
        try (Tokenizer tokenizer = tokenizer("byte-level")) {
            assertThat(tokenizer.bytesOf(1_000_000)).isEmpty();
            assertThat(tokenizer.bytesOf(-1)).isEmpty();
            assertThat(tokenizer.decodeWithSpecialTokens(new int[] {1_000_000, -1}))
                    .isEmpty();
        }
    }

    private static String joined(Tokenizer tokenizer, int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            bytes.writeBytes(tokenizer.bytesOf(id));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
