package io.gkt.inference.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gkt.inference.checkpoint.ModelConfig;

/**
 * Cosine and sine of every position's rotation, each {@code [positions, headSize / 2]}, float32.
 */
record RotationTables(NDArray cos, NDArray sin) {

    static RotationTables of(NDManager manager, ModelConfig config, int positions) {
        double[] frequencies = config.rope().frequencies(config.headSize());
        float[] cos = new float[positions * frequencies.length];
        float[] sin = new float[cos.length];
        for (int i = 0; i < cos.length; i++) {
            // Rounded as the reference does: both factors and the angle are single precision there.
            float angle = (float) (i / frequencies.length) * (float) frequencies[i % frequencies.length];
            cos[i] = (float) Math.cos(angle);
            sin[i] = (float) Math.sin(angle);
        }
        Shape shape = new Shape(positions, frequencies.length);
        return new RotationTables(manager.create(cos, shape), manager.create(sin, shape));
    }
}
