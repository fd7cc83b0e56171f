package io.gkt.inference.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.inference.verification.CheckpointVerification.Outcome;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Golden: logits and greedy tokens of transformers, for small random models of every family. */
class CheckpointVerificationTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-tied",
                "llama3-rope-untied",
                "llama3-rope-v4config",
                "mistral",
                "qwen2-bias",
                "qwen3-qknorm"
            })
    void singleSequencesBatchesAndStaggeredBatchesReproduceTheReference(String checkpoint) {
        List<Outcome> outcomes =
                CheckpointVerification.run(Path.of("src/test/resources/golden/checkpoints", checkpoint));

        assertThat(outcomes).hasSize(3 * 4).allSatisfy(outcome -> {
            assertThat(outcome.largestError()).isLessThan(1e-4);
            assertThat(outcome.matchingTokens()).isEqualTo(outcome.expectedTokens());
        });
    }
}
