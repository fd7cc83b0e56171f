package io.gkt.inference.checkpoint;

/** A model directory that can't be used; the message says what is wrong with it and what would help. */
public final class CheckpointException extends RuntimeException {

    /** @param message what is wrong and what to do */
    public CheckpointException(String message) {
        super(message);
    }

    /**
     * @param message what is wrong and what to do
     * @param cause   what brought it to light
     */
    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
