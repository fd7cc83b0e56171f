package io.gkt.inference.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class StepCostsTest {

    private static long cost(int decoding, int prompt) {
        return 1_000 + 50L * decoding + 20L * prompt;
    }

    private static StepCosts measured(StepCosts costs, int decoding, int prompt) {
        return costs.measured(decoding, prompt, cost(decoding, prompt));
    }

    @Test
    void nothingIsKnownBeforeTheFirstStep() {
        assertThat(StepCosts.UNKNOWN.known()).isFalse();
        assertThat(StepCosts.UNKNOWN.decode(3)).isZero();
        assertThat(StepCosts.UNKNOWN.prompt(3)).isZero();
        assertThat(measured(StepCosts.UNKNOWN, 0, 10).known()).isTrue();
        assertThat(measured(StepCosts.UNKNOWN, 1, 0).known()).isTrue();
    }

    @Test
    void whatStepsCostIsFound() {
        Random random = new Random(1);
        StepCosts costs = StepCosts.UNKNOWN;
        for (int i = 0; i < 300; i++) {
            costs = measured(costs, 1 + random.nextInt(16), random.nextInt(3) == 0 ? 1 + random.nextInt(200) : 0);
        }
        for (int rows = 1; rows <= 16; rows++) {
            assertThat(costs.decode(rows)).isEqualTo(cost(rows, 0), within(1.0));
        }
        assertThat(costs.prompt(100)).isEqualTo(2_000, within(100.0));
    }

    @Test
    void aBatchThatWasNeverSeenCostsWhatOneRowCosts() {
        StepCosts costs = StepCosts.UNKNOWN;
        for (int i = 0; i < 10; i++) {
            costs = measured(costs, 1, 0);
        }
        assertThat(costs.decode(16)).isEqualTo(cost(1, 0));
    }

    /** Times of a machine that does other things, too. */
    @Test
    void moreRowsAreNeverCheaperAndNeverDearerThanOneByOne() {
        Random random = new Random(2);
        StepCosts costs = StepCosts.UNKNOWN;
        for (int i = 0; i < 1_000; i++) {
            costs = costs.measured(
                    1 + random.nextInt(16), random.nextInt(2) * random.nextInt(50), random.nextInt(5_000));
            assertThat(costs.prompt(1)).isNotNegative();
            for (int rows = 1; costs.decode(1) > 0 && rows < 16; rows++) {
                assertThat(costs.decode(rows + 1)).isGreaterThanOrEqualTo(costs.decode(rows));
                assertThat(costs.decode(rows) * (rows + 1))
                        .isGreaterThanOrEqualTo(costs.decode(rows + 1) * rows * 0.999);
            }
        }
    }

    @Test
    void whatWasIsForgotten() {
        StepCosts costs = StepCosts.UNKNOWN;
        for (int i = 0; i < 500; i++) {
            costs = costs.measured(4, 0, 1_000_000).measured(4, 100, 9_000_000);
        }
        for (int i = 0; i < 200; i++) {
            costs = measured(measured(costs, 4, 0), 4, 100);
        }
        assertThat(costs.decode(4)).isEqualTo(cost(4, 0), within(0.05 * cost(4, 0)));
        assertThat(costs.prompt(100)).isEqualTo(2_000, within(200.0));
    }
}
