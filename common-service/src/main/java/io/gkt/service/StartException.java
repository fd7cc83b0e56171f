package io.gkt.service;

/** The service can't start as it is set up. Its message is one line: what is wrong, and what to change. */
public final class StartException extends RuntimeException {

    /**
     * @param wrong  what is wrong, as sentences
     * @param change what to change, as sentences
     */
    public StartException(String wrong, String change) {
        this(wrong, change, null);
    }

    /**
     * @param wrong  what is wrong, as sentences
     * @param change what to change, as sentences
     * @param cause  what brought it to light; may be null
     */
    public StartException(String wrong, String change, Throwable cause) {
        super((wrong + " " + change).replaceAll("\\s*\\R\\s*", " "), cause);
    }
}
