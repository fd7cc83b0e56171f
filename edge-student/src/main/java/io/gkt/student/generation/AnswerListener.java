package io.gkt.student.generation;

import java.io.IOException;

/** Hears of an answer while it is made. A failure to pass something on ends the work: the client has gone. */
public interface AnswerListener {

    /** For those who wait for the whole answer: nobody needs to make it in pieces. */
    AnswerListener NONE = new AnswerListener() {
        @Override
        public boolean wantsPieces() {
            return false;
        }

        @Override
        public void onPiece(Piece piece) {}

        @Override
        public void onChoice(int index, Answer.Choice choice) {}

        @Override
        public void onWaiting() {}
    };

    /**
     * Asks whether anybody still waits; called before each step and often between.
     *
     * @throws IOException if the client has gone
     */
    default void stillThere() throws IOException {}

    /** @return whether it does something with pieces, so that they are worth having before the whole answer is there */
    default boolean wantsPieces() {
        return true;
    }

    /**
     * A choice has become longer. One choice is written after the other.
     *
     * @param piece by what
     * @throws IOException if the client has gone
     */
    void onPiece(Piece piece) throws IOException;

    /**
     * A choice is complete, and others follow.
     *
     * @param index  which one, from 0
     * @param choice all of it
     * @throws IOException if the client has gone
     */
    void onChoice(int index, Answer.Choice choice) throws IOException;

    /**
     * Nothing has happened for a while.
     *
     * @throws IOException if the client has gone
     */
    void onWaiting() throws IOException;
}
