package io.gkt.student.generation;

import java.io.IOException;

/** Hears of an answer while it is made. A failure to pass something on ends the work: the client has gone. */
public interface AnswerListener {

    /** For those who wait for the whole answer. */
    AnswerListener NONE = new AnswerListener() {
        @Override
        public void onText(Author author, String text) {}

        @Override
        public void onWaiting() {}
    };

    /**
     * The answer has become longer.
     *
     * @param author who wrote it
     * @param text   not empty
     * @throws IOException if the client has gone
     */
    void onText(Author author, String text) throws IOException;

    /**
     * Nothing has happened for a while.
     *
     * @throws IOException if the client has gone
     */
    void onWaiting() throws IOException;
}
