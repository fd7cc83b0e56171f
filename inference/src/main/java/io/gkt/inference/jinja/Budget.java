package io.gkt.inference.jinja;

import java.util.List;
import java.util.function.Supplier;

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

    private static final ThreadLocal<Budget> RUNNING = new ThreadLocal<>();

    private long spent;

    private Budget() {}

    /** Renders with a new budget, which everything that it calls in this thread shares. */
    static <T> T with(Supplier<T> rendering) {
        RUNNING.set(new Budget());
        try {
            return rendering.get();
        } finally {
            RUNNING.remove();
        }
    }

    static void operation() {
        spend(1);
    }

    static void read(Object value) {
        spend(size(value) / READ_PER_OPERATION);
    }

    /** Counts a result and gives it back. */
    static Object produced(Object value) {
        spend(1 + size(value) / WRITTEN_PER_OPERATION);
        return value;
    }

    private static void spend(long cost) {
        Budget budget = RUNNING.get();
        budget.spent += cost;
        if (budget.spent > MAX_COST) {
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
