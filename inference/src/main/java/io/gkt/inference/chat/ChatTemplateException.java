package io.gkt.inference.chat;

/**
 * A chat template refused the messages with {@code raise_exception} (the message is the template's own), or is itself
 * wrong or too costly.
 */
public final class ChatTemplateException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ChatTemplateException(String message) {
        super(message);
    }

    ChatTemplateException(String message, Throwable cause) {
        super(message, cause);
    }
}
