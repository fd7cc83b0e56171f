package io.gkt.benchmark.gkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gkt.benchmark.gkt.StepTimes.Decode;
import io.gkt.benchmark.gkt.StepTimes.Prefill;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepCostTest {

    private static final StepTimes TIMES = new StepTimes(
            List.of(
                    new Decode(1, 0, 10),
                    new Decode(1, 100, 11),
                    new Decode(4, 0, 16),
                    new Decode(4, 100, 20),
                    new Decode(8, 0, 24),
                    new Decode(8, 100, 32)),
            List.of(
                    new Prefill(1, 0, 10),
                    new Prefill(64, 0, 73),
                    new Prefill(64, 200, 93),
                    new Prefill(256, 0, 265),
                    new Prefill(256, 200, 345)),
            List.of());

    private final StepCost cost = new StepCost(TIMES);

    @Test
    void whatWasMeasuredCostsWhatWasMeasured() {
        for (Decode step : TIMES.decode()) {
            assertThat(cost.step(step.rows(), (double) step.rows() * step.context(), 0, 0))
                    .isCloseTo(step.ms(), within(1e-9));
        }
        for (Prefill step : TIMES.prefill()) {
            assertThat(cost.step(0, 0, step.tokens(), step.position())).isCloseTo(step.ms(), within(1e-9));
        }
    }

    @Test
    void betweenItIsInterpolatedAndBeyondExtrapolated() {
        assertThat(cost.decode(6, 0)).isEqualTo(20, within(1e-9));
        assertThat(cost.decode(12, 0)).isEqualTo(32, within(1e-9));
        assertThat(cost.decode(4, 200)).isEqualTo(18, within(1e-9));
        assertThat(cost.prefill(160, 100)).isEqualTo(169 + 25, within(1e-9));
        assertThat(cost.prefill(448, 0)).isEqualTo(265 + 192, within(1e-9));
    }

    @Test
    void aMixedStepReadsTheWeightsOnce() {
        // 60 tokens of a prompt beside 4 rows: 64 tokens' products, and what 4 rows of decode cost beyond 4 tokens'.
        double mixed = cost.step(4, 0, 60, 0);
        assertThat(mixed).isEqualTo(73 + 16 - cost.prefill(4, 0), within(1e-9));
        assertThat(mixed).isLessThan(cost.decode(4, 0) + cost.prefill(60, 0));
    }

    @Test
    void noStepGetsCheaperWithMoreToDo() {
        for (int rows = 0; rows <= 16; rows++) {
            for (int tokens = rows == 0 ? 1 : 0; tokens <= 512; tokens += 37) {
                double ms = cost.step(rows, 50.0 * rows, tokens, 10);
                assertThat(cost.step(rows, 51.0 * rows, tokens, 10)).isGreaterThanOrEqualTo(ms - 1e-9);
                assertThat(cost.step(rows, 50.0 * rows, tokens + 1, 10)).isGreaterThanOrEqualTo(ms - 1e-9);
            }
        }
    }

    @Test
    void longPromptsTakeSeveralStepsAndAnswersOneAToken() {
        assertThat(cost.prompt(320, 0, 256)).isEqualTo(cost.prefill(256, 0) + cost.prefill(64, 256), within(1e-9));
        double steps = 0;
        for (int i = 0; i < 50; i++) {
            steps += cost.decode(1, 100 + i);
        }
        assertThat(cost.answer(50, 100)).isEqualTo(steps, within(1e-9));
    }

    @Test
    void noiseDoesNotMakeLongContextsCheap() {
        StepCost noisy = new StepCost(new StepTimes(
                List.of(new Decode(1, 0, 11), new Decode(1, 1000, 10)), List.of(new Prefill(1, 0, 10)), List.of()));
        assertThat(noisy.decode(1, 0)).isEqualTo(noisy.decode(1, 1_000_000)).isEqualTo(10.5);
    }

    @Test
    void withoutASingleRowOrTokenThereIsNothingToStartFrom() {
        assertThatThrownBy(() -> new StepCost(
                        new StepTimes(List.of(new Decode(4, 0, 1)), List.of(new Prefill(1, 0, 10)), List.of())))
                .hasMessageContaining("one row");
    }

    @Test
    void timesCanBeGivenInsteadOfMeasured() {
        StepCost given = new StepCost(StepTimes.given(15, 30, 64, 8_000));
        assertThat(given.decode(1, 5_000)).isEqualTo(15);
        assertThat(given.decode(64, 5_000)).isEqualTo(30);
        assertThat(given.prefill(4096, 0)).isEqualTo(512, within(1e-9));
    }
}
