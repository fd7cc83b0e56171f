package io.gkt.demo.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.demo.training.GreedyModel.Continuation;
import org.junit.jupiter.api.Test;

class GuidanceTest {

    @Test
    void leavesOutAWordThatMayBeUnfinished() {
        assertThat(Guidance.of(new Continuation(" We need 12 + 3", 6, false))).isEqualTo(" We need 12 +");
        assertThat(Guidance.of(new Continuation(" We", 1, false))).isEmpty();
    }

    @Test
    void isTheWholeAnswerIfThatHasEnded() {
        assertThat(Guidance.of(new Continuation(" The answer is 7.", 6, true))).isEqualTo(" The answer is 7.");
    }
}
