package io.gkt.inference.jinja;

/**
 * A chat template refused the messages with {@code raise_exception} (the message is the template's own), or is itself
 * wrong or too costly.
 */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param message what is wrong, for whoever sent the messages or made the template */
    public TemplateException(String message) {
        super(message);
    }

    TemplateException(String message, Throwable cause) {
        super(message, cause);
    }
}
