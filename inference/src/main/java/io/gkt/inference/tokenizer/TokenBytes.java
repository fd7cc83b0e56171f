package io.gkt.inference.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The bytes of single tokens, which may be parts of characters. Vocabularies spell them in one of two ways: byte-level
 * ones write each byte as a visible character (GPT-2's table), the others write text with U+2581 for a space and
 * {@code <0x0A>} for a byte that is no character by itself.
 */
final class TokenBytes {

    private static final Pattern BYTE = Pattern.compile("<0x([0-9A-Fa-f]{2})>");
    private static final Map<Character, Byte> BYTE_LEVEL = byteLevel();

    private final Map<Integer, String> spellings = new HashMap<>();
    private final boolean byteLevel;
    private final boolean byteFallback;

    TokenBytes(TokenizerFile file) {
        file.vocabulary().forEach((spelling, id) -> spellings.put(id, spelling));
        JsonNode root = JsonMapper.shared().readTree(file.json());
        byteLevel = root.path("decoder").findValuesAsString("type").contains("ByteLevel");
        byteFallback = root.path("model").path("byte_fallback").asBoolean(false);
    }

    /** As the vocabulary has it; empty for an id outside. */
    Optional<String> spelling(int id) {
        return Optional.ofNullable(spellings.get(id));
    }

    /** None for an id outside the vocabulary. */
    byte[] of(int id) {
        String spelling = spellings.getOrDefault(id, "");
        if (byteLevel && spelling.chars().allMatch(c -> BYTE_LEVEL.containsKey((char) c))) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            spelling.chars().forEach(c -> bytes.write(BYTE_LEVEL.get((char) c)));
            return bytes.toByteArray();
        }
        Matcher single = BYTE.matcher(spelling);
        if (byteFallback && single.matches()) {
            return new byte[] {(byte) Integer.parseInt(single.group(1), 16)};
        }
        String text = byteLevel ? spelling : spelling.replace('\u2581', ' ');
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Map<Character, Byte> byteLevel() {
        Map<Character, Byte> table = new HashMap<>();
        char next = 256;
        for (int value = 0; value < 256; value++) {
            boolean visible = value > 32 && value < 127 || value > 160 && value != 173;
            table.put(visible ? (char) value : next++, (byte) value);
        }
        return table;
    }
}
