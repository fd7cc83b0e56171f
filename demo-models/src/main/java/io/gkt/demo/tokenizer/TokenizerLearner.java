package io.gkt.demo.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Learns a vocabulary from text. Both kinds work on bytes, so that any text can be encoded, and keep digits single. */
public enum TokenizerLearner {

    /** Byte pair encoding (Sennrich et al. 2016, section 3.2); a digit and a digit after a space are different tokens. */
    BYTE_PAIRS(" ?\\p{L}+| ?\\p{N}| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+") {
        @Override
        Map<String, Object> learnModel(Map<String, Integer> pieces, int vocabularySize) {
            var words = new ArrayList<Word>();
            pieces.forEach((piece, count) -> words.add(new Word(new ArrayList<>(ByteAlphabet.spell(piece)), count)));
            var vocabulary = startingVocabulary();
            var merges = new ArrayList<String>();
            while (vocabulary.size() < vocabularySize) {
                var pairs = new TreeMap<String, Integer>();
                words.forEach(word -> word.countPairs(pairs));
                var best = pairs.entrySet().stream().max(Map.Entry.comparingByValue());
                if (best.isEmpty()) {
                    break;
                }
                var pair = best.get().getKey();
                merges.add(pair);
                vocabulary.putIfAbsent(pair.replace(" ", ""), vocabulary.size());
                words.forEach(word -> word.merge(pair));
            }
            return Map.of("type", "BPE", "vocab", vocabulary, "merges", merges);
        }
    },

    /**
     * Whole words by greedy longest match; a space before a digit is a token of its own. Pieces are short, because time
     * to match grows with the cube of their length.
     */
    WORD_PIECES(" ?\\p{L}{1,40}|\\p{N}| (?=\\p{N})| ?[^\\s\\p{L}\\p{N}]|\\s{1,40}(?!\\S)|\\s{1,40}") {
        @Override
        Map<String, Object> learnModel(Map<String, Integer> pieces, int vocabularySize) {
            var vocabulary = startingVocabulary();
            pieces.entrySet().stream()
                    .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                            .thenComparing(Map.Entry.comparingByKey()))
                    .map(piece -> String.join("", ByteAlphabet.spell(piece.getKey())))
                    .filter(piece -> !vocabulary.containsKey(piece))
                    .limit(vocabularySize - vocabulary.size())
                    .toList()
                    .forEach(piece -> vocabulary.put(piece, vocabulary.size()));
            return Map.of(
                    "type",
                    "WordPiece",
                    "vocab",
                    vocabulary,
                    "unk_token",
                    END_OF_TEXT,
                    "continuing_subword_prefix",
                    "",
                    "max_input_chars_per_word",
                    1_000_000);
        }
    };

    /** Ends an answer; the only special token. */
    public static final String END_OF_TEXT = "<|endoftext|>";

    /** The id of {@link #END_OF_TEXT}. */
    public static final int END_OF_TEXT_ID = 0;

    private final String pieces;

    TokenizerLearner(String pieces) {
        this.pieces = pieces;
    }

    /**
     * @param vocabularySize at least 257; fewer entries come out when the text offers no more
     * @return the content of {@code tokenizer.json}
     */
    public Map<String, Object> learn(Stream<String> texts, int vocabularySize) {
        var pattern = Pattern.compile(pieces);
        var counts = new TreeMap<String, Integer>();
        texts.forEach(
                text -> pattern.matcher(text).results().forEach(piece -> counts.merge(piece.group(), 1, Integer::sum)));
        var byteLevel =
                Map.of("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", false, "use_regex", false);
        var split =
                Map.of("type", "Split", "pattern", Map.of("Regex", pieces), "behavior", "Isolated", "invert", false);
        var json = new LinkedHashMap<String, Object>();
        json.put("version", "1.0");
        json.put("truncation", null);
        json.put("padding", null);
        json.put(
                "added_tokens",
                List.of(Map.of(
                        "id", END_OF_TEXT_ID,
                        "content", END_OF_TEXT,
                        "single_word", false,
                        "lstrip", false,
                        "rstrip", false,
                        "normalized", false,
                        "special", true)));
        json.put("normalizer", null);
        json.put("pre_tokenizer", Map.of("type", "Sequence", "pretokenizers", List.of(split, byteLevel)));
        json.put("post_processor", null);
        json.put("decoder", byteLevel);
        json.put("model", learnModel(counts, vocabularySize));
        return json;
    }

    /**
     * @param pieces how often each piece, between whose ends no token may reach, occurs in the text
     * @return the {@code model} entry of {@code tokenizer.json}
     */
    abstract Map<String, Object> learnModel(Map<String, Integer> pieces, int vocabularySize);

    private static Map<String, Integer> startingVocabulary() {
        var vocabulary = new LinkedHashMap<String, Integer>();
        vocabulary.put(END_OF_TEXT, END_OF_TEXT_ID);
        ByteAlphabet.all().forEach(symbol -> vocabulary.put(symbol, vocabulary.size()));
        return vocabulary;
    }

    /** A piece of text as the symbols it is made of so far. */
    private record Word(List<String> symbols, int count) {

        void countPairs(Map<String, Integer> pairs) {
            for (int i = 0; i + 1 < symbols.size(); i++) {
                pairs.merge(symbols.get(i) + ' ' + symbols.get(i + 1), count, Integer::sum);
            }
        }

        void merge(String pair) {
            for (int i = 0; i + 1 < symbols.size(); i++) {
                if ((symbols.get(i) + ' ' + symbols.get(i + 1)).equals(pair)) {
                    symbols.set(i, symbols.get(i) + symbols.remove(i + 1));
                }
            }
        }
    }
}
