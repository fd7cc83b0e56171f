package io.gkt.inference.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gkt.inference.checkpoint.ModelConfig;

/**
 * Cosine and sine of every position's rotation, each {@code [positions, 2, headSize / 2]}, float32: for both halves of a
 * head the same, but for the sign of the first half's sines.
 */
record RotationTables(NDArray cos, NDArray sin) {

    static RotationTables of(NDManager manager, ModelConfig config, int positions) {
        double[] frequencies = config.rope().frequencies(config.headSize());
        int half = frequencies.length;
        float[] cos = new float[positions * 2 * half];
        float[] sin = new float[cos.length];
        for (int i = 0; i < positions * half; i++) {
            // Rounded as the reference does: both factors and the angle are single precision there.
            float angle = (float) (i / half) * (float) frequencies[i % half];
            int first = i / half * 2 * half + i % half;
            cos[first] = (float) Math.cos(angle);
            cos[first + half] = cos[first];
            sin[first + half] = (float) Math.sin(angle);
            sin[first] = -sin[first + half];
        }
        Shape shape = new Shape(positions, 2, half);
        return new RotationTables(manager.create(cos, shape), manager.create(sin, shape));
    }
}
