package io.gkt.inference.decoder;

/** The number format that a model's matrices are held in, and so the bytes that each decode step reads. */
public enum Precision {
    /** IEEE single precision: 4 bytes a weight. */
    FLOAT32(4),
    /** The upper half of a single: 2 bytes a weight, 8 bits of mantissa. */
    BFLOAT16(2),
    /** IEEE half precision: 2 bytes a weight, 11 bits of mantissa, magnitudes up to 65504. */
    FLOAT16(4),
    /** Integers from -127 to 127 with a scale a row: 1 byte a weight. */
    INT8(4);

    private final int cacheBytes;

    Precision(int cacheBytes) {
        this.cacheBytes = cacheBytes;
    }

    /** @return bytes of a number in the KV cache */
    public int cacheBytes() {
        return cacheBytes;
    }
}
