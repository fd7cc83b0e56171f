package io.gkt.student.guidance;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.student.guidance.GuidanceText.Boundary;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuidanceTextTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            value = {
                "|We need 12 + 3 * 4|, |We need 12 + 3 *|",
                "|We need 12 + |, |We need 12 +|",
                "|The answer is 19.|, |The answer is 19.|",
                "|costs 3.14|, |costs|",
                "|They don't|, |They|",
                "|a well-kno|, |a|",
                "|word|, ||",
                "|東京は日本の|, |東京は日本の|",
                "|Кошк|, ||",
                "|first line\nsec|, |first line|",
            })
    void guidanceThatGoesOnEndsAfterAWholeWord(String text, String cut) {
        assertThat(GuidanceText.cut(text, Boundary.WORD)).isEqualTo(cut);
    }

    @Test
    void withTokenBoundaryOnlyWhiteSpaceAtTheEndGoes() {
        assertThat(GuidanceText.cut("We need 1 ", Boundary.TOKEN)).isEqualTo("We need 1");
    }

    @Test
    void controlCharactersAndBrokenCharactersAreRemoved() {
        assertThat(GuidanceText.sanitise("a\u0000b\u001b[31mc\u009f\r\n\td\uFFFD\ud83d", Set.of()))
                .isEqualTo("ab[31mc\n\td");
        assertThat(GuidanceText.sanitise("fine \ud83d\ude00", Set.of())).isEqualTo("fine \ud83d\ude00");
    }

    @Test
    void anInventedNextTurnIsCutOff() {
        assertThat(GuidanceText.sanitise(
                        "It is 5.<|im_end|>\n<|im_start|>user\nWhat", Set.of("<|im_start|>", "<|im_end|>")))
                .isEqualTo("It is 5.");
    }

    @Test
    void aLeadingSpaceIsWrittenAsTheStudentsTemplateHasIt() {
        assertThat(GuidanceText.fitTo("Q: why?\nA:", "We", Set.of())).isEqualTo(" We");
        assertThat(GuidanceText.fitTo("Q: why?\nA:", " We", Set.of())).isEqualTo(" We");
        assertThat(GuidanceText.fitTo("<|im_start|>assistant\n", " We", Set.of()))
                .isEqualTo("We");
        assertThat(GuidanceText.fitTo("why?<|assistant|>", " We", Set.of("<|assistant|>")))
                .isEqualTo("We");
        assertThat(GuidanceText.fitTo("Q: why?\nA:", "", Set.of())).isEmpty();
    }
}
