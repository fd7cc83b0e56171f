package io.gkt.inference.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.inference.GoldenTokenizer;
import io.gkt.inference.verification.TokenizerVerification.Check;
import io.gkt.inference.verification.TokenizerVerification.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerVerificationTest {

    private static final Path BYTE_LEVEL = Path.of("src/test/resources/tokenizers/byte-level");

    @TempDir
    private Path directory;

    private List<Outcome> run(String expectations) throws IOException {
        Path file = Files.writeString(directory.resolve("expected.json"), expectations.replace('\'', '"'));
        return TokenizerVerification.run(directory, file);
    }

    private void tokenizer() throws IOException {
        Files.copy(BYTE_LEVEL.resolve("tokenizer.json"), directory.resolve("tokenizer.json"));
    }

    private void template(String source) throws IOException {
        Files.writeString(directory.resolve("chat_template.jinja"), source);
    }

    /** Golden: what transformers makes of texts and chats with the tokenizers of real families. */
    @ParameterizedTest
    @ValueSource(strings = {"llama3_1", "qwen3"})
    void realTokenizersDoAsTransformersDoes(String family) throws Exception {
        GoldenTokenizer golden = GoldenTokenizer.fetch(family);

        List<Outcome> outcomes = TokenizerVerification.run(
                golden.directory(), Path.of("src/test/resources/golden/tokenizers", family + ".json"));

        assertThat(outcomes).hasSize(3 * 12 + 3).allMatch(Outcome::passes);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ';',
            value = {
                "IDS;         {'texts': [{'text': 'hello', 'ids': [5]}]}",
                "DECODED;     {'texts': [{'text': '', 'ids': [], 'decoded': 'hello'}]}",
                "CHAT;        {'chats': [{'messages': [{'role': 'user', 'content': 'a'}], 'rendered': 'user: b'}]}",
                "CHAT;        {'chats': [{'messages': [{'role': 'user', 'content': 'a'}], 'error': 'refused'}]}",
                "CHAT;        {'chats': [{'messages': [], 'rendered': ''}]}",
            })
    void whatDiffersFails(Check check, String expectations) throws IOException {
        tokenizer();
        template("{% if not messages %}{{ raise_exception('none') }}{% endif %}{{ messages[0].role }}: a");

        assertThat(run(expectations))
                .filteredOn(outcome -> !outcome.passes())
                .extracting(Outcome::check)
                .containsExactly(check);
    }

    @Test
    void chatsNeedNoTokenizer() throws IOException {
        template("{{ messages[0].content }}{% if add_generation_prompt %}>{% endif %}");

        assertThat(run("{'chats': [{'messages': [{'role': 'user', 'content': 'a'}], 'rendered': 'a>', 'more': 1},"
                        + "{'messages': [{'role': 'user', 'content': [{'type': 'text', 'text': 'b'}]}],"
                        + " 'add_generation_prompt': false, 'rendered': 'b'}]}"))
                .hasSize(2)
                .allMatch(Outcome::passes);
    }

    @Test
    void textsNeedNoTemplateAndChatsWithoutOneAreRefused() throws IOException {
        tokenizer();

        assertThat(run("{'text': [{'text': '', 'ids': []}], 'chats': [{'messages': [], 'error': 'no template'}]}"))
                .hasSize(3)
                .allMatch(Outcome::passes);
        assertThat(run("{'chats': [{'messages': [], 'rendered': ''}]}"))
                .singleElement()
                .matches(outcome -> !outcome.passes());
    }

    @Test
    void specialTokensMayBeKeptInDecodedTextsOrNot() throws IOException {
        tokenizer();

        assertThat(
                        run(
                                "{'texts': [{'text': '<s>', 'ids': [0], 'decoded': '<s>'}, {'text': '<s>', 'ids': [0], 'decoded': ''}]}"))
                .hasSize(6)
                .allMatch(Outcome::passes);
    }
}
