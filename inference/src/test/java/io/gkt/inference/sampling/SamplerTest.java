package io.gkt.inference.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class SamplerTest {

    /** Probabilities 1/2, 1/4, 1/8, 1/16, 1/16 at temperature 1, in an order that is not that of the ids. */
    private static float[] logits() {
        return new float[] {ln(2), ln(8), ln(1), ln(4), ln(1)};
    }

    private static float ln(double x) {
        return (float) Math.log(x);
    }

    private static SamplingParameters parameters(double temperature, int topK, double topP, double minP) {
        return new SamplingParameters(temperature, topK, topP, minP, 1, 0, 0, Map.of(), 0, OptionalLong.of(5));
    }

    @Test
    void temperatureZeroTakesTheLikeliestAndTheLowestIdAmongEquals() {
        assertThat(sampler(SamplingParameters.GREEDY).sample(logits())).isEqualTo(1);
        assertThat(sampler(SamplingParameters.GREEDY).sample(new float[] {1, 3, 3}))
                .isEqualTo(1);
    }

    @Test
    void topKKeepsTheLikeliest() {
        assertThat(Candidates.of(logits(), 1, 0, 2, 1).tokens()).containsExactly(1, 3);
        assertThat(Candidates.of(logits(), 1, 0, 4, 1).tokens()).containsExactly(1, 3, 0, 2);
        assertThat(Candidates.of(logits(), 1, 0, 99, 1).tokens()).containsExactly(1, 3, 0, 2, 4);
    }

    @Test
    void topPKeepsTheFewestThatReachIt() {
        assertThat(Candidates.of(logits(), 1, 0, 0, 0.4).tokens()).containsExactly(1);
        assertThat(Candidates.of(logits(), 1, 0, 0, 0.6).tokens()).containsExactly(1, 3);
        assertThat(Candidates.of(logits(), 1, 0, 0, 0.8).tokens()).containsExactly(1, 3, 0);
        assertThat(Candidates.of(logits(), 1, 0, 0, 1e-9).tokens()).containsExactly(1);
    }

    @Test
    void topPIsAShareOfWhatTopKLeft() {
        assertThat(Candidates.of(logits(), 1, 0, 2, 0.6).tokens()).containsExactly(1);
        assertThat(Candidates.of(logits(), 1, 0, 2, 0.7).tokens()).containsExactly(1, 3);
    }

    @Test
    void minPIsAShareOfTheLikeliest() {
        assertThat(Candidates.of(logits(), 1, 0.2, 0, 1).tokens()).containsExactlyInAnyOrder(1, 3, 0);
        assertThat(Candidates.of(logits(), 1, 0.4, 0, 1).tokens()).containsExactlyInAnyOrder(1, 3);
        assertThat(Candidates.of(logits(), 1, 1, 0, 1).tokens()).containsExactly(1);
    }

    @Test
    void temperatureSharpensBeforeTopPCuts() {
        // At temperature 1/2 the probabilities are squared: 64/86, 16/86, ...
        assertThat(Candidates.of(logits(), 0.5, 0, 0, 0.7).tokens()).containsExactly(1);
        assertThat(Candidates.of(logits(), 1, 0, 0, 0.7).tokens()).containsExactly(1, 3);
    }

    @Test
    void penaltiesAndBiasMoveLogitsOfTheTokensTheyName() {
        SamplingParameters all =
                new SamplingParameters(0, 0, 1, 0, 2, 0.5, 0.25, Map.of(4, 10.0), 0, OptionalLong.empty());
        Sampler sampler = new Sampler(all, new int[] {0}, Set.of());
        sampler.accept(1);
        sampler.accept(1);
        float[] logits = {-1, 4, 3, 0, 0};
        int chosen = sampler.sample(logits);
        assertThat(logits[0]).as("in the prompt, negative: doubled").isEqualTo(-2);
        assertThat(logits[1]).as("halved, then 0.5 + 2 * 0.25 less").isEqualTo(1);
        assertThat(logits[2]).as("never seen").isEqualTo(3);
        assertThat(logits[4]).as("bias").isEqualTo(10);
        assertThat(chosen).isEqualTo(4);
    }

    @Test
    void theSequenceCannotEndBeforeItsMinimumLengthThatCountsGivenTokens() {
        SamplingParameters two = new SamplingParameters(0, 0, 1, 0, 1, 0, 0, Map.of(), 2, OptionalLong.empty());
        Sampler sampler = new Sampler(two, new int[] {0}, Set.of(1));
        sampler.accept(2);
        assertThat(sampler.sample(logits())).isEqualTo(3);
        assertThat(sampler.sample(logits())).isEqualTo(1);
    }

    @Test
    void theSameSeedChoosesTheSameTokens() {
        Sampler one = sampler(parameters(1, 0, 1, 0));
        Sampler other = sampler(parameters(1, 0, 1, 0));
        for (int i = 0; i < 100; i++) {
            assertThat(one.sample(logits())).isEqualTo(other.sample(logits()));
        }
    }

    @Test
    void eachChoiceHasASeedOfItsOwnThatFollowsFromTheRequests() {
        SamplingParameters seeded = parameters(1, 0, 1, 0);
        assertThat(seeded.forChoice(0)).isEqualTo(seeded);
        assertThat(IntStream.range(0, 8).mapToObj(seeded::forChoice).map(SamplingParameters::seed))
                .doesNotHaveDuplicates()
                .allMatch(OptionalLong::isPresent);
        assertThat(seeded.forChoice(3)).isEqualTo(parameters(1, 0, 1, 0).forChoice(3));
        assertThat(SamplingParameters.GREEDY.forChoice(3).seed()).isEmpty();
    }

    @Test
    void tokensAreDrawnAsOftenAsTheyAreLikely() {
        Sampler sampler = sampler(parameters(1, 0, 1, 0));
        int[] counts = new int[5];
        IntStream.range(0, 20_000).forEach(i -> counts[sampler.sample(logits())]++);
        assertThat(counts[1] / 20_000.0).isCloseTo(0.5, within(0.02));
        assertThat(counts[3] / 20_000.0).isCloseTo(0.25, within(0.02));
        assertThat(counts[4] / 20_000.0).isCloseTo(0.0625, within(0.01));
    }

    @Test
    void logitsThatAreNotNumbersAreAnError() {
        assertThatThrownBy(() -> sampler(SamplingParameters.GREEDY).sample(new float[] {1, Float.NaN}))
                .hasMessageContaining("not numbers");
        assertThatThrownBy(() -> sampler(parameters(1, 0, 1, 0)).sample(new float[] {1, Float.NaN}))
                .hasMessageContaining("not numbers");
    }

    /** Property: growing the margin finds what sorting the whole vocabulary would. */
    @RepeatedTest(200)
    void candidatesAreThoseOfAFullSort(RepetitionInfo repetition) {
        SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        float[] logits = new float[random.nextInt(1, 400)];
        double spread = random.nextDouble(0.1, 40);
        for (int i = 0; i < logits.length; i++) {
            logits[i] = random.nextInt(10) == 0 && i > 0
                    ? Float.NEGATIVE_INFINITY
                    : (float) (random.nextGaussian() * spread);
        }
        double temperature = random.nextDouble(0.05, 2);
        double minP = random.nextBoolean() ? 0 : random.nextDouble();
        int topK = random.nextInt(0, 60);
        double topP = random.nextBoolean() ? 1 : random.nextDouble(0.01, 1);

        Candidates actual = Candidates.of(logits, temperature, minP, topK, topP);

        double best = DoubleStream.of(widen(logits)).max().orElseThrow();
        int[] expected = IntStream.range(0, logits.length)
                .boxed()
                .filter(id -> logits[id] > Float.NEGATIVE_INFINITY)
                .filter(id -> minP == 0 || best - logits[id] <= -Math.log(minP) * temperature)
                .sorted((a, b) -> logits[a] == logits[b] ? a - b : Float.compare(logits[b], logits[a]))
                .limit(topK > 0 ? topK : logits.length)
                .mapToInt(Integer::intValue)
                .toArray();
        double[] weights = IntStream.of(expected)
                .mapToDouble(id -> Math.exp((logits[id] - best) / temperature))
                .toArray();
        double needed = topP < 1 ? topP * DoubleStream.of(weights).sum() : Double.POSITIVE_INFINITY;
        int kept = 0;
        for (double mass = 0; kept < expected.length && (mass < needed || kept == 0); kept++) {
            mass += weights[kept];
        }
        assertThat(IntStream.of(actual.tokens()).sorted().toArray())
                .isEqualTo(IntStream.of(expected).limit(kept).sorted().toArray());
    }

    private static double[] widen(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    private static Sampler sampler(SamplingParameters parameters) {
        return new Sampler(parameters, new int[] {0}, Set.of());
    }
}
