package io.gkt.inference.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gkt.inference.sampling.TokenLogprobs.Candidate;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenLogprobsTest {

    /** Probabilities 1/8, 1/2, 1/16, 1/4, 1/16. */
    private static float[] logits() {
        return new float[] {ln(2), ln(8), ln(1), ln(4), ln(1)};
    }

    private static float ln(double x) {
        return (float) Math.log(x);
    }

    @Test
    void aTokensLogprobIsTheLogarithmOfItsProbability() {
        assertThat(TokenLogprobs.of(logits(), 0, 0).logprob()).isCloseTo(Math.log(1 / 8.0), within(1e-6));
        assertThat(TokenLogprobs.of(logits(), 3, 0).logprob()).isCloseTo(Math.log(1 / 4.0), within(1e-6));
        assertThat(TokenLogprobs.of(logits(), 3, 0).top()).isEmpty();
    }

    @Test
    void theLikeliestComeFirstWhicheverWasChosenAndOfEqualsTheLowerId() {
        assertThat(TokenLogprobs.of(logits(), 4, 4).top())
                .extracting(Candidate::token)
                .containsExactly(1, 3, 0, 2);
        assertThat(TokenLogprobs.of(logits(), 4, 4).top().get(0).logprob()).isCloseTo(Math.log(0.5), within(1e-6));
    }

    @Test
    void whatIsAddedToAllLogitsChangesNothing() {
        float[] large = logits();
        IntStream.range(0, large.length).forEach(i -> large[i] += 500);
        assertThat(TokenLogprobs.of(large, 1, 0).logprob()).isCloseTo(Math.log(0.5), within(1e-4));
    }

    @Test
    void theLikeliestAreThoseOfAFullSort() {
        SplittableRandom random = new SplittableRandom(3);
        for (int run = 0; run < 200; run++) {
            float[] logits = new float[random.nextInt(1, 300)];
            IntStream.range(0, logits.length).forEach(i -> logits[i] = random.nextInt(40) / 4f);
            int top = random.nextInt(0, 21);
            assertThat(TokenLogprobs.of(logits, 0, top).top())
                    .extracting(Candidate::token)
                    .containsExactlyElementsOf(IntStream.range(0, logits.length)
                            .boxed()
                            .sorted((a, b) -> logits[a] == logits[b] ? a - b : Float.compare(logits[b], logits[a]))
                            .limit(top)
                            .toList());
        }
    }
}
