package io.gkt.inference.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.inference.decoder.Precision;
import io.gkt.inference.verification.CheckpointVerification.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Golden: logits and greedy tokens of transformers, for small random models of every family. */
class CheckpointVerificationTest {

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
        double tolerance = precision == Precision.FLOAT32 ? 1e-4 : 1;

        assertThat(outcomes).hasSize(3 * 4).allSatisfy(outcome -> {
            assertThat(outcome.largestError()).isLessThan(tolerance);
            if (precision == Precision.FLOAT32) {
                assertThat(outcome.matchingTokens()).isEqualTo(outcome.expectedTokens());
            }
        });
    }
}
