package io.gkt.inference.decoder;

import java.util.Arrays;

/**
 * One sequence's room in the KV cache. It remembers the tokens whose keys and values it holds, so that a prompt
 * which begins with the same tokens need not be computed again. Not thread-safe: whoever acquired it owns it.
 */
public final class Slot {

    private final int index;
    private final int[] tokens;
    private int length;
    private long releasedAt;
    private boolean spoiled;

    Slot(int index, int contextLength) {
        this.index = index;
        this.tokens = new int[contextLength];
    }

    int index() {
        return index;
    }

    /** @return how many tokens' keys and values it holds */
    public int length() {
        return length;
    }

    /**
     * @param sequence token ids
     * @return how many tokens at the beginning of {@code sequence} it holds
     */
    public int commonPrefix(int[] sequence) {
        int mismatch = Arrays.mismatch(tokens, 0, length, sequence, 0, sequence.length);
        return mismatch < 0 ? length : mismatch;
    }

    /**
     * Forgets all tokens from a position on.
     *
     * @param newLength tokens to keep, 0 to {@link #length()}
     * @throws IllegalArgumentException if it holds fewer
     */
    public void truncate(int newLength) {
        if (newLength < 0 || newLength > length) {
            throw new IllegalArgumentException("can't keep " + newLength + " of " + length + " tokens");
        }
        length = newLength;
    }

    void append(int[] newTokens) {
        System.arraycopy(newTokens, 0, tokens, length, newTokens.length);
        length += newTokens.length;
    }

    /**
     * What it holds is of no use to others: keys that are not numbers. Those of tokens before the one that they come from
     * may be none either, as a masked score that is not a number stays one.
     */
    void spoil() {
        spoiled = true;
    }

    void released(long time) {
        releasedAt = time;
        if (spoiled) {
            truncate(0);
            spoiled = false;
        }
    }

    long releasedAt() {
        return releasedAt;
    }
}
