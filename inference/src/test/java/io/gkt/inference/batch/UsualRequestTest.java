package io.gkt.inference.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class UsualRequestTest {

    @Test
    void beforeAnyAnswerTheLongestIsExpectedAndNothingIsCached() {
        assertThat(UsualRequest.UNKNOWN.remaining(0, 40, 0)).isEqualTo(40);
        assertThat(UsualRequest.UNKNOWN.remaining(0, 40, 39)).isEqualTo(1);
        assertThat(UsualRequest.UNKNOWN.uncached(720)).isEqualTo(720);
    }

    @Test
    void sharedBeginningsNeedNotBeComputed() {
        UsualRequest usual = UsualRequest.UNKNOWN.begun(720, 640).begun(720, 640);

        assertThat(usual.uncached(720)).isEqualTo(80, within(1e-9));
        assertThat(usual.uncached(72)).isEqualTo(8, within(1e-9));
    }

    @Test
    void answersAreAsLongAsThoseThatEndedByThemselves() {
        UsualRequest usual = UsualRequest.UNKNOWN;
        for (int i = 0; i < 100; i++) {
            usual = usual.ended(30 + i % 3, true).ended(12, false);
        }
        assertThat(usual.remaining(0, 1024, 0)).isEqualTo(31, within(1.0));
        assertThat(usual.remaining(0, 12, 4)).isEqualTo(8);
        assertThat(usual.remaining(200, 1024, 0)).isEqualTo(200);
        assertThat(usual.remaining(0, 1024, 500)).as("longer than most").isEqualTo(1);
    }

    @Test
    void whatIsCutOffWouldHaveBeenLonger() {
        UsualRequest usual = UsualRequest.UNKNOWN.ended(10, true);
        for (int i = 0; i < 100; i++) {
            usual = usual.ended(400, false);
        }
        assertThat(usual.remaining(0, 1024, 0)).isEqualTo(400, within(10.0));
    }
}
