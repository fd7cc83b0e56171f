package io.gkt.inference.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.gkt.inference.checkpoint.CheckpointException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.stream.IntStream;

/**
 * A Hugging Face tokenizer. It neither truncates nor pads and never touches the network. Thread-safe; {@link #close()}
 * only after the last use.
 */
public final class Tokenizer implements AutoCloseable {
    static {
        // The library would report its use and fetch a CUDA build of itself where it sees a GPU.
        System.getProperties().putIfAbsent("OPT_OUT_TRACKING", "true");
        System.getProperties().putIfAbsent("RUST_FLAVOR", "cpu");
    }

    private final TokenizerFile file;
    private final HuggingFaceTokenizer tokenizer;
    private final int vocabularySize;
    private final BitSet withText = new BitSet();
    private HuggingFaceTokenizer aliased;
    private TokenBytes bytes;

    private Tokenizer(TokenizerFile file) {
        this.file = file;
        this.tokenizer = open(file.json());
        file.vocabulary().values().forEach(withText::set);
        this.vocabularySize = withText.length();
        file.specialTokens().values().forEach(withText::clear);
    }

    /**
     * Loads {@code tokenizer.json} and, where it is there, {@code tokenizer_config.json}.
     *
     * @param directory a model directory in Hugging Face's layout
     * @throws IllegalArgumentException if a file is missing or not understood
     * @throws CheckpointException if a file can't be read or is not valid JSON
     */
    public static Tokenizer load(Path directory) {
        Path json = directory.resolve("tokenizer.json");
        if (!Files.isRegularFile(json)) {
            throw new IllegalArgumentException(json + " is missing; a model directory needs the tokenizer.json of a"
                    + " Hugging Face \"fast\" tokenizer (AutoTokenizer.from_pretrained(...).save_pretrained(...)"
                    + " writes one)");
        }
        try {
            return new Tokenizer(TokenizerFile.read(json, directory.resolve("tokenizer_config.json")));
        } catch (CheckpointException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    json + " is not a tokenizer this library understands: " + e.getMessage(), e);
        }
    }

    /**
     * The token ids of a prompt. Unpaired surrogates count as U+FFFD.
     *
     * @return ids in 0..{@link #vocabularySize()}-1
     */
    public int[] encode(Prompt prompt) {
        if (specialTokensAreMarkup(prompt)) {
            return ids(tokenizer, prompt.text(), prompt.addSpecialTokens());
        }
        StringBuilder text = new StringBuilder();
        for (Prompt.Span span : prompt.spans()) {
            text.append(
                    span.markup()
                            ? file.specialTokenText()
                                    .matcher(span.text())
                                    .replaceAll(match -> file.aliases().get(match.group()))
                            : span.text());
        }
        return ids(aliased(), text.toString(), prompt.addSpecialTokens());
    }

    /**
     * The text of token ids, special tokens left out. Bytes that are not UTF-8 and ids outside the vocabulary do not
     * fail: the former become U+FFFD, the latter nothing.
     */
    public String decode(int[] ids) {
        return tokenizer.decode(
                Arrays.stream(ids).filter(this::hasText).asLongStream().toArray(), false);
    }

    /** The text of token ids, special tokens spelled out; ids outside the vocabulary have none. */
    public String decodeWithSpecialTokens(int[] ids) {
        return tokenizer.decode(
                Arrays.stream(ids)
                        .filter(id -> bytesOf(id).length > 0)
                        .asLongStream()
                        .toArray(),
                false);
    }

    /**
     * What a token stands for, which may be part of a character only: those of neighbours together are text.
     *
     * @param id a token's id
     * @return its bytes; none for an id outside the vocabulary
     */
    public byte[] bytesOf(int id) {
        return bytes().of(id);
    }

    /**
     * A token as the vocabulary spells it, where spaces and bytes may be written as other characters.
     *
     * @param id a token's id
     * @return its spelling; empty for an id outside the vocabulary
     */
    public Optional<String> spelling(int id) {
        return bytes().spelling(id);
    }

    /** Built on first need only: most requests ask for text. */
    private synchronized TokenBytes bytes() {
        if (bytes == null) {
            bytes = new TokenBytes(file);
        }
        return bytes;
    }

    /**
     * Starts the incremental detokenization of one generation.
     *
     * @param context the ids the generation follows on, usually the prompt; their end decides about leading space
     */
    public Detokenizer detokenizer(int[] context) {
        return new Detokenizer(this, context);
    }

    /** Largest token id plus one. A model may have more rows than this, for padding. */
    public int vocabularySize() {
        return vocabularySize;
    }

    /** The special tokens' texts: what markup turns into control tokens and decoding leaves out. */
    public Set<String> specialTokens() {
        return file.specialTokens().keySet();
    }

    /** The id of a token as the vocabulary spells it, special or not. */
    public OptionalInt idOf(String token) {
        Integer id = file.vocabulary().get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    @Override
    public synchronized void close() {
        tokenizer.close();
        if (aliased != null) {
            aliased.close();
        }
    }

    /** Whether decoding gives this id any text: it is in the vocabulary and not special. */
    boolean hasText(int id) {
        return id >= 0 && withText.get(id);
    }

    /**
     * Tokens to decode in front of text that follows a special token. Some tokenizers begin every such text with a
     * word-begin mark, which decoding alone takes away again; for the others the mark is a real space, which only
     * survives behind other text.
     */
    int[] leftNeighboursAfter(int specialToken) {
        Optional<String> special = file.specialTokens().entrySet().stream()
                .filter(entry -> entry.getValue() == specialToken)
                .map(Map.Entry::getKey)
                .findFirst();
        int[] letter = encode(Prompt.markup("a"));
        int[] letterAfter = encode(Prompt.markup(special.orElse("") + "a"));
        int[] both = IntStream.concat(
                        Arrays.stream(letter), Arrays.stream(letterAfter).filter(this::hasText))
                .toArray();
        return decode(both).equals("aa") ? letter : new int[0];
    }

    private boolean specialTokensAreMarkup(Prompt prompt) {
        Matcher matcher = file.specialTokenText().matcher(prompt.text());
        int end = 0;
        int next = 0;
        boolean markup = true;
        while (matcher.find()) {
            while (end <= matcher.start()) {
                Prompt.Span span = prompt.spans().get(next++);
                end += span.text().length();
                markup = span.markup();
            }
            if (!markup || matcher.end() > end) {
                return false;
            }
        }
        return true;
    }

    /** Built on first need only: most prompts hold no special-token text in plain spans, and a copy takes memory. */
    private synchronized HuggingFaceTokenizer aliased() {
        if (aliased == null) {
            aliased = open(file.aliasedJson());
        }
        return aliased;
    }

    private static HuggingFaceTokenizer open(byte[] json) {
        try {
            return HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(json), Map.of("truncation", "false", "padding", "false"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int[] ids(HuggingFaceTokenizer tokenizer, String text, boolean addSpecialTokens) {
        long[] ids = tokenizer.encode(wellFormed(text), addSpecialTokens, false).getIds();
        return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
    }

    private static String wellFormed(String text) {
        // Not a valid UTF-8 string otherwise, which is what the native library takes.
        return text.codePoints()
                .map(c -> Character.getType(c) == Character.SURROGATE ? 0xFFFD : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
