package io.gkt.demo.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * GPT-2's printable stand-ins for the 256 bytes (its {@code bytes_to_unicode}): printable Latin-1 characters stand for
 * themselves, the others for the characters from U+0100 on. A vocabulary that holds all of them can encode any text.
 */
final class ByteAlphabet {

    private static final List<String> SYMBOLS = symbols();

    private ByteAlphabet() {}

    /** The 256 stand-ins in the order of their bytes. */
    static List<String> all() {
        return SYMBOLS;
    }

    /** The text's UTF-8 bytes, each as its stand-in. */
    static List<String> spell(String text) {
        var spelled = new ArrayList<String>();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            spelled.add(SYMBOLS.get(b & 0xFF));
        }
        return spelled;
    }

    private static List<String> symbols() {
        var symbols = new ArrayList<String>();
        int standIn = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            symbols.add(Character.toString(printable ? b : standIn++));
        }
        return List.copyOf(symbols);
    }
}
