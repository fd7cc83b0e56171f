package io.gkt.benchmark.gkt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TakingTurnsTest {

    private final Timeline timeline = new Timeline();
    private final TakingTurns decoder = new TakingTurns(timeline);
    private final List<String> ends = new ArrayList<>();

    private void work(String name, long begin, long nanos) {
        timeline.after(begin, () -> decoder.work(nanos, () -> ends.add(name + " " + timeline.now())));
    }

    @Test
    void aloneItTakesItsOwnTime() {
        work("a", 5, 100);
        timeline.run();
        assertThat(ends).containsExactly("a 105");
    }

    @Test
    void twoTakeTwiceAsLongWhileBothAreThere() {
        work("a", 0, 100);
        work("b", 50, 100);
        timeline.run();
        // Until 50 a is alone; both share until a's other 50 are done at 150; b's other 50 it does alone.
        assertThat(ends).containsExactly("a 150", "b 200");
    }

    @Test
    void noWorkIsLostOrDoneTwice() {
        for (int i = 0; i < 10; i++) {
            work("job", 7 * i, 100 + i);
        }
        timeline.run();
        assertThat(ends).hasSize(10);
        assertThat(timeline.now()).isBetween(1045L, 1045L + 20);
    }
}
