package io.gkt.benchmark.gguf;

import java.nio.ByteBuffer;

/**
 * How ggml stores numbers: in blocks along a row, each with a scale of its own where they are integers. Layouts and
 * rounding are those of <a href="https://github.com/ggml-org/llama.cpp/blob/master/ggml/src/ggml-quants.c">ggml's
 * reference quantization</a>.
 */
public enum GgmlType {
    /** Single precision. */
    F32(0, 0, 1, 4),
    /** Half precision. */
    F16(1, 1, 1, 2),
    /** 32 signed bytes and their scale in half precision. */
    Q8_0(8, 7, 32, 34),
    /** 32 numbers of four bits and their scale in half precision. */
    Q4_0(2, 2, 32, 18);

    /** Number of the type in a tensor's description. */
    final int id;
    /** Number that files have whose matrices are of this type. */
    final int fileType;

    private final int blockSize;
    private final int blockBytes;

    GgmlType(int id, int fileType, int blockSize, int blockBytes) {
        this.id = id;
        this.fileType = fileType;
        this.blockSize = blockSize;
        this.blockBytes = blockBytes;
    }

    /** @return size of a weight, its share of the scale included, in bytes */
    public double bytesPerWeight() {
        return (double) blockBytes / blockSize;
    }

    /**
     * @param elements a row's length
     * @return its size in bytes
     * @throws IllegalArgumentException if blocks don't fill it
     */
    int bytes(int elements) {
        if (elements % blockSize != 0) {
            throw new IllegalArgumentException(
                    "rows of " + elements + " weights can't be split into " + this + " blocks of " + blockSize);
        }
        return elements / blockSize * blockBytes;
    }

    /** Appends a row whose length is a multiple of the block's to a little-endian buffer. */
    void encode(float[] row, ByteBuffer target) {
        for (int start = 0; start < row.length; start += blockSize) {
            switch (this) {
                case F32 -> target.putFloat(row[start]);
                case F16 -> target.putShort(Half.of(row[start]));
                case Q8_0 -> encodeBytes(row, start, target);
                case Q4_0 -> encodeNibbles(row, start, target);
            }
        }
    }

    private void encodeBytes(float[] row, int start, ByteBuffer target) {
        float scale = Math.abs(extreme(row, start)) / 127;
        float inverse = scale == 0 ? 0 : 1 / scale;
        target.putShort(Half.of(scale));
        for (int i = 0; i < blockSize; i++) {
            target.put((byte) Math.round(row[start + i] * inverse));
        }
    }

    /** The number of the largest magnitude becomes -8; byte i holds the numbers i and i + 16. */
    private void encodeNibbles(float[] row, int start, ByteBuffer target) {
        float scale = extreme(row, start) / -8;
        float inverse = scale == 0 ? 0 : 1 / scale;
        target.putShort(Half.of(scale));
        int half = blockSize / 2;
        for (int i = 0; i < half; i++) {
            target.put((byte) (nibble(row[start + i] * inverse) | nibble(row[start + half + i] * inverse) << 4));
        }
    }

    private static int nibble(float scaled) {
        return Math.min(15, (int) (scaled + 8.5f));
    }

    private float extreme(float[] row, int start) {
        float extreme = 0;
        for (int i = start; i < start + blockSize; i++) {
            if (Math.abs(row[i]) > Math.abs(extreme)) {
                extreme = row[i];
            }
        }
        return extreme;
    }
}
