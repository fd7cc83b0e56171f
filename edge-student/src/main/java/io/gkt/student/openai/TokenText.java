package io.gkt.student.openai;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** How OpenAI writes a token and its logprob. */
final class TokenText {

    /** Zero probability has no logarithm that JSON could write; OpenAI writes this. */
    private static final double LEAST = -9999;

    private TokenText() {}

    /** @return its text; {@code bytes:\xe2\x82} where it is part of a character */
    static String of(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            StringBuilder text = new StringBuilder("bytes:");
            for (byte value : bytes) {
                text.append(String.format("\\x%02x", value));
            }
            return text.toString();
        }
    }

    static double logprob(double logprob) {
        return Math.max(LEAST, logprob);
    }

    /** A character counts where it begins. */
    static int characters(byte[] utf8) {
        int count = 0;
        for (byte value : utf8) {
            count += (value & 0xC0) == 0x80 ? 0 : 1;
        }
        return count;
    }
}
