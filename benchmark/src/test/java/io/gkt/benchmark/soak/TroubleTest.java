package io.gkt.benchmark.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TroubleTest {

    @Test
    void inAnHourEverythingGoesWrongAndNobodyDiesLate() {
        List<Trouble> hour = Trouble.schedule(60, new Random(1));

        assertThat(hour).hasSize(60);
        assertThat(new HashSet<>(hour)).hasSize(11);
        assertThat(hour.subList(15, 60)).noneMatch(trouble -> trouble.dies() == Trouble.Dies.EDGE);
        assertThat(hour.subList(30, 60)).allMatch(trouble -> trouble.dies() == Trouble.Dies.NOBODY);
    }

    @Test
    void inAMinuteBothDieFirst() {
        assertThat(Trouble.schedule(6, new Random(1)))
                .extracting(Trouble::dies)
                .containsExactly(
                        Trouble.Dies.EDGE,
                        Trouble.Dies.TEACHER,
                        Trouble.Dies.TEACHER,
                        Trouble.Dies.NOBODY,
                        Trouble.Dies.NOBODY,
                        Trouble.Dies.NOBODY);
    }

    @Test
    void oneCycleIsEnough() {
        assertThat(Trouble.schedule(1, new Random(1)))
                .singleElement()
                .extracting(Trouble::dies)
                .isEqualTo(Trouble.Dies.NOBODY);
    }
}
