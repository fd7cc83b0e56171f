package io.gkt.service;

/** The model can't be used, so the service can't start. */
public final class ModelStartException extends RuntimeException {

    private final String action;

    /**
     * @param message what is wrong
     * @param action  what to change
     * @param cause   what brought it to light; may be null
     */
    ModelStartException(String message, String action, Throwable cause) {
        super(message, cause);
        this.action = action;
    }

    /** @return what to change */
    String action() {
        return action;
    }
}
