package io.gkt.benchmark.shape;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.decoder.Chunk;
import io.gkt.inference.decoder.Precision;
import io.gkt.inference.decoder.Slot;
import io.gkt.inference.tokenizer.Prompt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RandomCheckpointTest {

    @TempDir
    Path directory;

    @Test
    void isAModelThatRuns() throws Exception {
        try (LanguageModel model =
                LanguageModel.load(RandomCheckpoint.in(directory, Shape.NEGLIGIBLE), Precision.FLOAT32, 1, 64)) {
            int[] tokens = model.tokenizer().encode(Prompt.plain("seven apples"));
            Slot slot = model.decoder().slots().acquire(tokens).orElseThrow();
            float[] logits = model.decoder().step(List.of(new Chunk(slot, tokens)))[0];
            assertThat(logits).hasSize(model.decoder().config().vocabularySize());
            assertThat(logits).doesNotContain(Float.NaN).doesNotHaveDuplicates();
        }
    }

    @Test
    void isWrittenOnceAndIsTheSameEverywhere() throws Exception {
        Path first = RandomCheckpoint.in(directory.resolve("a"), Shape.NEGLIGIBLE);
        Path second = RandomCheckpoint.in(directory.resolve("b"), Shape.NEGLIGIBLE);
        Path weights = Path.of("model-00001.safetensors");
        assertThat(first.resolve(weights)).hasSameBinaryContentAs(second.resolve(weights));

        var written = Files.getLastModifiedTime(first.resolve(weights));
        assertThat(RandomCheckpoint.in(directory.resolve("a"), Shape.NEGLIGIBLE))
                .isEqualTo(first);
        assertThat(Files.getLastModifiedTime(first.resolve(weights))).isEqualTo(written);
    }

    /** The sizes that their makers publish. */
    @ParameterizedTest
    @CsvSource({
        "SMOLLM2_135M, 134_515_008",
        "QWEN2_5_0_5B, 494_032_768",
        "QWEN3_0_6B, 596_049_920",
        "QWEN2_5_1_5B, 1_543_714_304",
        "QWEN2_5_7B, 7_615_616_512"
    })
    void shapesHaveAsManyWeightsAsTheirModels(Shape shape, String weights) {
        assertThat(shape.tensors().values().stream()
                        .mapToLong(dimensions -> Arrays.stream(dimensions).reduce(1, (a, b) -> a * b))
                        .sum())
                .isEqualTo(Long.parseLong(weights.replace("_", "")));
    }
}
