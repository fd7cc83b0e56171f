package io.gkt.inference.tokenizer;

import java.util.Arrays;

/**
 * Turns the tokens of one generation into text as they come, whole characters only. The pieces together are what
 * decoding all the tokens behind the context gives, up to text that is not valid UTF-8.
 *
 * <p>A token's text depends on its left neighbours (word-begin marks, characters of several tokens), but only on near
 * ones. So a short window is decoded twice, with and without the new tokens, and the difference is the new text (the
 * prefix-offset technique of vLLM and text-generation-inference). Work and memory per token do not grow.
 *
 * <p>Not thread-safe.
 */
public final class Detokenizer {
    private static final char REPLACEMENT = '\uFFFD';
    /** Context tokens that are enough to decide about a leading space. */
    private static final int CONTEXT_WINDOW = 16;
    /** Tokens that may begin a character: of at most four bytes, the last completes it. */
    private static final int INCOMPLETE = 3;
    /** Tokens held for a character to become complete, before the text is taken as broken for good. */
    private static final int MAX_HELD = 16;

    private final Tokenizer tokenizer;
    /** Tokens whose text was returned (the left neighbours), then those whose text was not. */
    private int[] window;

    private int returned;
    private String returnedText;

    Detokenizer(Tokenizer tokenizer, int[] context) {
        this.tokenizer = tokenizer;
        this.window = leftNeighbours(context);
        this.returned = window.length;
        this.returnedText = tokenizer.decode(window);
    }

    /**
     * Adds one generated token.
     *
     * @param token its id; special tokens and ids outside the vocabulary have no text
     * @return the text that is final now, empty while a character is incomplete
     */
    public String append(int token) {
        if (!tokenizer.hasText(token)) {
            return "";
        }
        window = Arrays.copyOf(window, window.length + 1);
        window[window.length - 1] = token;
        String text = tokenizer.decode(window);
        // A token without text of its own, a word-begin mark at the very start, waits for the next one.
        if (text.length() > returnedText.length() && text.charAt(text.length() - 1) != REPLACEMENT) {
            return take(text, window.length);
        }
        if (window.length - returned > MAX_HELD) {
            int broken = window.length - INCOMPLETE;
            return take(tokenizer.decode(Arrays.copyOf(window, broken)), broken);
        }
        return "";
    }

    /**
     * Ends the generation.
     *
     * @return text held back until now; an incomplete character at the end is dropped
     */
    public String finish() {
        String text = tokenizer.decode(window);
        int end = text.length();
        while (end > returnedText.length() && text.charAt(end - 1) == REPLACEMENT) {
            end--;
        }
        return take(text.substring(0, end), window.length);
    }

    /** Returns what is new in the text of the window's first {@code tokens}. */
    private String take(String text, int tokens) {
        String piece = text.substring(Math.min(returnedText.length(), text.length()));
        window = Arrays.copyOfRange(window, returned, window.length);
        returned = tokens - returned;
        returnedText = tokenizer.decode(Arrays.copyOf(window, returned));
        return piece;
    }

    private int[] leftNeighbours(int[] context) {
        int start = context.length;
        while (start > 0 && context.length - start < CONTEXT_WINDOW && tokenizer.hasText(context[start - 1])) {
            start--;
        }
        if (start == context.length) {
            return start == 0 ? new int[0] : tokenizer.leftNeighboursAfter(context[start - 1]);
        }
        // The window must not begin inside a character: byte tokens then count as broken all together.
        for (int i = start; i <= Math.min(start + INCOMPLETE, context.length); i++) {
            int[] neighbours = Arrays.copyOfRange(context, i, context.length);
            if (tokenizer.decode(neighbours).indexOf(REPLACEMENT) < 0) {
                return neighbours;
            }
        }
        return Arrays.copyOfRange(context, start, context.length);
    }
}
