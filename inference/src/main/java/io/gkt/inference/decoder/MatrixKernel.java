package io.gkt.inference.decoder;

import java.util.Locale;

/** How {@code decoder.py} holds and multiplies matrices; its number there is the ordinal. */
enum MatrixKernel {
    /** As they are, with what every device has. */
    PLAIN(false),
    /** In the order that oneDNN reads fastest. */
    REORDERED(false),
    /** Float16 packed by FBGEMM, activations float32. */
    PACKED_FLOAT16(true),
    /** Int8 packed by FBGEMM, activations as two int8 rows each. */
    PACKED_INT8(true);

    private final boolean packs;

    MatrixKernel(boolean packs) {
        this.packs = packs;
    }

    /**
     * The fastest on a CPU that has all instructions.
     *
     * @param precision of the matrices
     * @param onGpu     whether they are on a GPU
     */
    static MatrixKernel of(Precision precision, boolean onGpu) {
        String architecture = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        if (onGpu || !(architecture.equals("amd64") || architecture.equals("x86_64"))) {
            return PLAIN;
        }
        return switch (precision) {
            case FLOAT32, BFLOAT16 -> REORDERED;
            case FLOAT16 -> PACKED_FLOAT16;
            case INT8 -> PACKED_INT8;
        };
    }

    /** @return whether packed matrices are no tensors */
    boolean packs() {
        return packs;
    }
}
