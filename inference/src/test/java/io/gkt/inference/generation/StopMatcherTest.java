package io.gkt.inference.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StopMatcherTest {

    @Test
    void textThatMayBeginAStopSequenceIsHeldBack() {
        StopMatcher matcher = new StopMatcher(List.of("\n\nQ:"));
        assertThat(matcher.push("42.\n")).isEqualTo("42.");
        assertThat(matcher.push("\n")).isEmpty();
        assertThat(matcher.push("A")).isEqualTo("\n\nA");
        assertThat(matcher.push("\n\nQ")).isEmpty();
        assertThat(matcher.push(": more")).isEmpty();
        assertThat(matcher.matched()).isTrue();
        assertThat(matcher.push("anything")).isEmpty();
    }

    @Test
    void whatWasHeldBackComesOutAtTheEnd() {
        StopMatcher matcher = new StopMatcher(List.of("END"));
        assertThat(matcher.push("the EN")).isEqualTo("the ");
        assertThat(matcher.finish()).isEqualTo("EN");
    }

    @Test
    void theEarliestStopSequenceWins() {
        StopMatcher matcher = new StopMatcher(List.of("cd", "b"));
        assertThat(matcher.push("abcd")).isEqualTo("a");
    }

    /** Property: pieces make no difference, and nothing from a stop sequence on ever comes out. */
    @Test
    void pushedInPiecesOrWholeTheOutcomeIsTheSame() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 2_000; round++) {
            List<String> stops = List.of(letters(random, 1, 4), letters(random, 1, 4));
            String text = letters(random, 0, 30);
            StopMatcher matcher = new StopMatcher(stops);
            StringBuilder out = new StringBuilder();
            for (int at = 0; at < text.length(); ) {
                int end = Math.min(text.length(), at + random.nextInt(1, 5));
                out.append(matcher.push(text.substring(at, end)));
                at = end;
            }
            out.append(matcher.finish());
            int stop = stops.stream()
                    .mapToInt(text::indexOf)
                    .filter(at -> at >= 0)
                    .min()
                    .orElse(text.length());
            boolean contained = stop < text.length();
            assertThat(matcher.matched()).isEqualTo(contained);
            if (contained) {
                assertThat(text).startsWith(out);
                assertThat(stops).noneMatch(s -> out.indexOf(s) >= 0);
            } else {
                assertThat(out).hasToString(text);
            }
        }
    }

    private static String letters(SplittableRandom random, int least, int bound) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(least, bound);
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(3)));
        }
        return text.toString();
    }
}
