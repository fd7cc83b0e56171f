package io.gkt.inference.decoder;

import java.util.Locale;
import java.util.stream.Stream;

/** A step needed more memory than there is, of the machine's, of the accelerator's or of Java's. It changed nothing. */
public final class OutOfMemoryException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** @param cause what the allocator says */
    public OutOfMemoryException(Throwable cause) {
        super(cause.getMessage(), cause);
    }

    /** Torch has no type for it that crosses JNI: its allocators say "can't allocate memory" and "out of memory". */
    static boolean isMeant(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(10)
                .anyMatch(cause -> cause instanceof OutOfMemoryError || saysSo(cause.getMessage()));
    }

    private static boolean saysSo(String message) {
        String text = message == null ? "" : message.toLowerCase(Locale.ROOT);
        return text.contains("out of memory") || text.contains("can't allocate memory");
    }
}
