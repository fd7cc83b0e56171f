package io.gkt.inference.jinja;

import java.util.List;

/** Bounds what one rendering may cost, since a template is a program that came with a download. */
final class Budget {
    /** Longest list a template may build by repetition. */
    static final int MAX_ELEMENTS = 100_000;
    /** In operations, some seconds at most. Chats of a million characters stay far below. */
    private static final long MAX_COST = 20_000_000;
    /** Characters or elements that are read in the time of one operation. */
    private static final int READ_PER_OPERATION = 64;
    /** Characters or elements that are written in the time of one operation. */
    private static final int WRITTEN_PER_OPERATION = 4;

    private long spent;

    void operation() {
        spend(1);
    }

    void read(Object value) {
        spend(size(value) / READ_PER_OPERATION);
    }

    /** Counts a result and gives it back. */
    Object produced(Object value) {
        spend(1 + size(value) / WRITTEN_PER_OPERATION);
        return value;
    }

    private void spend(long cost) {
        spent += cost;
        if (spent > MAX_COST) {
            throw new TemplateException("The chat template takes too long; does it loop, or is the chat too long?");
        }
    }

    private static long size(Object value) {
        if (value instanceof Text text) {
            return text.chars().length();
        }
        return value instanceof List<?> list ? list.size() : 0;
    }
}
