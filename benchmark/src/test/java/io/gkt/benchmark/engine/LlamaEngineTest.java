package io.gkt.benchmark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;

import io.gkt.benchmark.gguf.GgmlType;
import io.gkt.benchmark.gguf.Gguf;
import io.gkt.benchmark.shape.RandomCheckpoint;
import io.gkt.benchmark.shape.Shape;
import io.gkt.inference.checkpoint.ModelConfig;
import io.gkt.inference.decoder.Precision;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** llama.cpp computes from our files what our decoder computes from the checkpoint. */
class LlamaEngineTest {

    private static final Path GOLDEN = Path.of("..", "inference", "src", "test", "resources", "golden", "checkpoints");
    private static final int[] PROMPT = {5, 17, 3, 99, 250, 42, 8, 8, 123};
    private static final int STEPS = 12;

    private static LlamaLibrary library;

    @TempDir
    Path directory;

    @BeforeAll
    static void fetch() throws InterruptedException {
        try {
            library = LlamaLibrary.fetch(Path.of("target"));
        } catch (IOException e) {
            abort("needs npm and its registry to fetch llama.cpp: " + e.getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource({"llama-tied, true", "llama-tied, false", "qwen2-bias, true", "qwen2-bias, false"})
    void isTheSameModel(String name, boolean flashAttention) throws Exception {
        Path checkpoint = GOLDEN.resolve(name);
        try (Engine ours = DecoderEngine.load(checkpoint, Precision.FLOAT32, 2, 64);
                Engine theirs = llama(checkpoint, GgmlType.F32, flashAttention)) {
            int[][] tokens = {PROMPT, PROMPT};
            for (int step = 0; step < STEPS; step++) {
                ours.step(tokens);
                theirs.step(tokens);
                // Keys and values are half precision in llama.cpp.
                assertThat(theirs.logits(1)).containsExactly(ours.logits(1), within(0.02f));
                int next = argmax(ours.logits(0));
                assertThat(argmax(theirs.logits(0))).isEqualTo(next);
                tokens = new int[][] {{next}, {next}};
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = GgmlType.class,
            names = {"F16", "Q8_0", "Q4_0"})
    void smallerTypesAreNearlyTheSameModel(GgmlType type) throws Exception {
        Path checkpoint = RandomCheckpoint.in(directory, Shape.NEGLIGIBLE);
        try (Engine ours = DecoderEngine.load(checkpoint, Precision.FLOAT32, 2, 64);
                Engine theirs = llama(checkpoint, type, true)) {
            ours.step(new int[][] {PROMPT});
            theirs.step(new int[][] {PROMPT});
            double tolerance = type == GgmlType.Q4_0 ? 0.3 : 0.03;
            assertThat(LogitError.relative(theirs.logits(0), ours.logits(0))).isLessThan(tolerance);
        }
    }

    @Test
    void forgetsWhatIsCutOff() throws Exception {
        Path checkpoint = RandomCheckpoint.in(directory, Shape.NEGLIGIBLE);
        try (Engine engine = llama(checkpoint, GgmlType.F16, true)) {
            engine.step(new int[][] {PROMPT});
            float[] expected = engine.logits(0);
            engine.truncate(0, 4);
            engine.step(new int[][] {{250, 42, 8, 8, 123}});
            assertThat(engine.logits(0)).containsExactly(expected, within(1e-3f));
        }
    }

    private Engine llama(Path checkpoint, GgmlType type, boolean flashAttention) throws IOException {
        Path file = directory.resolve(type + ".gguf");
        Gguf.write(checkpoint, type, file);
        int vocabulary = ModelConfig.read(checkpoint).vocabularySize();
        return LlamaEngine.load(library, file, vocabulary, flashAttention, 2, 64, 2);
    }

    private static int argmax(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }
}
