package io.gkt.demo.training;

import io.gkt.demo.training.GreedyModel.Continuation;

/** What a student gets to read of a teacher's answer. */
final class Guidance {

    private Guidance() {}

    /** The beginning of an answer as text, without a last word that may be only half a word. */
    static String of(Continuation beginning) {
        var text = beginning.text();
        return beginning.ended()
                ? text
                : text.substring(0, Math.max(0, text.lastIndexOf(' '))).stripTrailing();
    }
}
