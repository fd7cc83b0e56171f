package io.gkt.inference.generation;

/** Why a sequence ended. */
public enum FinishReason {
    /** The model ended it, or a stop sequence appeared. */
    STOP,
    /** It reached the most tokens that it may have, or the end of the context. */
    LENGTH;

    /** @return OpenAI's spelling */
    public String wireName() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
