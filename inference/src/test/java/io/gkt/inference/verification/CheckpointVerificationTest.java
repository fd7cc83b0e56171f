package io.gkt.inference.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.inference.decoder.Precision;
import io.gkt.inference.verification.CheckpointVerification.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Golden: logits and greedy tokens of transformers, for small random models of every family. */
class CheckpointVerificationTest {

    /** Random weights make many near ties, which rounding turns. */
    private static final Map<Precision, Double> LEAST_AGREEMENT =
            Map.of(Precision.FLOAT32, 1.0, Precision.FLOAT16, 0.98, Precision.BFLOAT16, 0.9, Precision.INT8, 0.8);

    static Stream<Arguments> checkpointsAndPrecisions() {
        return Stream.of(
                        "llama-tied",
                        "llama3-rope-untied",
                        "llama3-rope-v4config",
                        "mistral",
                        "qwen2-bias",
                        "qwen3-qknorm")
                .flatMap(checkpoint -> Stream.of(Precision.values()).map(p -> Arguments.of(checkpoint, p)));
    }

    @ParameterizedTest
    @MethodSource("checkpointsAndPrecisions")
    void singleSequencesBatchesAndStaggeredBatchesReproduceTheReference(String checkpoint, Precision precision) {
        List<Outcome> outcomes =
                CheckpointVerification.run(Path.of("src/test/resources/golden/checkpoints", checkpoint), precision);

        assertThat(outcomes).hasSize(3 * 4).allSatisfy(outcome -> {
            assertThat(outcome.passes()).as("%s", outcome).isTrue();
            if (precision == Precision.FLOAT32) {
                assertThat(outcome.largestError()).isLessThan(1e-4);
            }
        });
        int agreeing = outcomes.stream().mapToInt(Outcome::agreeingTokens).sum();
        assertThat(agreeing).isGreaterThanOrEqualTo((int) (3 * 4 * 24 * LEAST_AGREEMENT.get(precision)));
    }
}
