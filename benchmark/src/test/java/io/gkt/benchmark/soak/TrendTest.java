package io.gkt.benchmark.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrendTest {

    @Test
    void whatGrowsSteadilyGrowsFromTheFirstToTheLast() {
        Trend trend =
                Trend.of(IntStream.range(0, 30).mapToObj(i -> 100.0 + 2 * i).toList());

        assertThat(trend.growth()).isEqualTo(58, within(1e-9));
        assertThat(trend.level()).isBetween(128.0, 130.0);
    }

    @Test
    void singleHighValuesDontMoveIt() {
        assertThat(Trend.of(List.of(5.0, 5.0, 5.0, 900.0, 5.0, 5.0, 5.0, 5.0, 900.0)))
                .isEqualTo(new Trend(5, 0));
    }

    @Test
    void aSingleValueDoesNotGrow() {
        assertThat(Trend.of(List.of(7.0))).isEqualTo(new Trend(7, 0));
    }
}
