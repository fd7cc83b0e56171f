package io.gkt.inference.decoder;

/** The number format that a model's matrices are held in, and so the bytes that each decode step reads. */
public enum Precision {
    /** IEEE single precision: 4 bytes a weight. */
    FLOAT32(4, 4),
    /** The upper half of a single: 2 bytes a weight, 8 bits of mantissa. */
    BFLOAT16(2, 2),
    /** IEEE half precision: 2 bytes a weight, 11 bits of mantissa, magnitudes up to 65504. */
    FLOAT16(2, 4),
    /** Integers from -127 to 127 with a scale a row: 1 byte a weight. */
    INT8(1, 4);

    private final int bytes;
    private final int cacheBytes;

    Precision(int bytes, int cacheBytes) {
        this.bytes = bytes;
        this.cacheBytes = cacheBytes;
    }

    /** @return bytes of a matrix's row of so many numbers */
    long rowBytes(long columns) {
        return columns * bytes + (this == INT8 ? Float.BYTES : 0);
    }

    /** @return bytes of a number in the KV cache */
    public int cacheBytes() {
        return cacheBytes;
    }
}
