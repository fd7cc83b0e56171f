package io.gkt.evaluation.accuracy;

import java.util.Locale;

/** What the teacher, and only it, is told to keep its guidance short. The wording is the paper's. */
public enum Concise {
    BRIEF("Provide the answer in a brief manner: "),
    HINT("Provide a brief hint for the question: ");

    private final String prefix;

    Concise(String prefix) {
        this.prefix = prefix;
    }

    /** Stands before the question. */
    String prefix() {
        return prefix;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
