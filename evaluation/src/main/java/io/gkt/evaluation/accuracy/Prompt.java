package io.gkt.evaluation.accuracy;

import java.util.List;

/**
 * What a model is asked.
 *
 * @param text the message of a user, or text to be continued
 * @param chat which of the two
 */
record Prompt(String text, boolean chat) {

    /** Where an answer ends and an invented next question begins. */
    static final List<String> STOP = List.of("\n\nQ:", "\nQ:");
}
