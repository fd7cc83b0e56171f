package io.gkt.inference.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.inference.checkpoint.ModelConfig;
import io.gkt.inference.checkpoint.Rope;
import io.gkt.inference.checkpoint.Safetensors;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainableDecoderTest {

    private static final ModelConfig TINY = new ModelConfig(
            "llama",
            32,
            2,
            4,
            2,
            8,
            48,
            20,
            16,
            1e-5,
            new Rope(10_000, new Rope.Unscaled()),
            true,
            false,
            false,
            false,
            false,
            Set.of());
    private static final TrainableDecoder.Optimizer ADAM = new TrainableDecoder.Optimizer(3e-3, 0.9, 0.98, 0.05, 1);
    private static final int[][] TOKENS = {{1, 2, 3, 4, 5, 6, 7, 8}, {1, 9, 8, 7, 6, 5, 4, 3}};
    private static final float[][] WEIGHTS = {{0, 1, 1, 1, 1, 1, 1, 1}, {0, 1, 1, 1, 1, 1, 1, 1}};

    @TempDir
    private Path directory;

    @Test
    void learnsTwoSequencesByHeart() {
        try (TrainableDecoder model = new TrainableDecoder(TINY, 7)) {
            double before = model.step(TOKENS, WEIGHTS, ADAM).loss();
            double after = before;
            for (int i = 0; i < 150; i++) {
                after = model.step(TOKENS, WEIGHTS, ADAM).loss();
            }
            assertThat(before).isBetween(2.5, 3.5);
            assertThat(after).isLessThan(0.2);
        }
    }

    @Test
    void aResumedTrainingGoesOnAsIfItHadNotStopped() throws Exception {
        try (TrainableDecoder whole = new TrainableDecoder(TINY, 7);
                TrainableDecoder resumed = new TrainableDecoder(TINY, 8)) {
            for (int i = 0; i < 3; i++) {
                whole.step(TOKENS, WEIGHTS, ADAM);
            }
            whole.saveState(directory.resolve("model.safetensors"));
            resumed.resume(directory);
            for (int i = 0; i < 3; i++) {
                assertThat(resumed.step(TOKENS, WEIGHTS, ADAM)).isEqualTo(whole.step(TOKENS, WEIGHTS, ADAM));
            }
        }
    }

    @Test
    void whatIsSavedDecodesAsItWasTrained() throws Exception {
        try (TrainableDecoder model = new TrainableDecoder(TINY, 7)) {
            for (int i = 0; i < 150; i++) {
                model.step(TOKENS, WEIGHTS, ADAM);
            }
            model.save(directory.resolve("model.safetensors"), Safetensors.Type.F16);
        }
        try (Decoder decoder = Decoder.load(directory, TINY, Precision.FLOAT32, 1, 16)) {
            Slot slot = decoder.slots().acquire(new int[] {1, 2}).orElseThrow();
            float[] logits = decoder.step(List.of(new Chunk(slot, new int[] {1, 2, 3, 4})))[0];
            assertThat(logits[5]).isEqualTo(max(logits));
        }
    }

    private static float max(float[] values) {
        float max = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            max = Math.max(max, value);
        }
        return max;
    }
}
