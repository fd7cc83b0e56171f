package io.gkt.benchmark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {

    @Test
    void isTheMiddleAndBothEnds() {
        assertThat(Spread.of(List.of(3.0, 1.0, 2.0))).isEqualTo(new Spread(2, 1, 3));
        assertThat(Spread.of(List.of(4.0, 1.0, 2.0, 3.0))).isEqualTo(new Spread(2.5, 1, 4));
    }

    /** The second round was slow for both. */
    @Test
    void ratiosAreThoseOfEachRound() {
        assertThat(Spread.ofRatios(List.of(20.0, 10.0, 30.0), List.of(10.0, 5.0, 10.0)))
                .isEqualTo(new Spread(2, 2, 3));
    }

    @Test
    void refusesRoundsThatAreMissing() {
        assertThatThrownBy(() -> Spread.of(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Spread.ofRatios(List.of(1.0), List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
