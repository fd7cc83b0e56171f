package io.gkt.evaluation.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SummaryTest {

    private static final Pace PACE = new Pace(Instant.EPOCH, Duration.ofMillis(2500), 1);

    private static Item item(int number, String guidance, String completion, String expected) {
        Answer answer =
                new Answer(completion, guidance, "used", "stop", 40, 10, 60, 20, number, 10 * number, 5, 300, 200);
        return Item.of(new Example("demo-" + number, "How many?", expected), Dataset.DEMO, Mode.GKT, answer);
    }

    private static Summary summary(List<Item> items, ModelFacts models, boolean paperScoring) {
        Questions questions = new Questions(new PromptStyle(Dataset.DEMO, 0, true), null, null, 7);
        Settings settings = new Settings(
                URI.create("http://edge"),
                null,
                questions,
                Mode.GKT,
                12,
                128,
                null,
                null,
                4,
                false,
                paperScoring,
                models,
                "");
        return Summary.of(settings, items, PACE);
    }

    private static final List<Item> FOUR = List.of(
            item(1, "We need 2 + 3.", "We need 2 + 3. The answer is 5.", "5"),
            item(2, "2 + 3 = 5.", "2 + 3 = 5. The answer is 5.", "5"),
            item(3, "We need 2 + 3.", "We need 2 + 3. The answer is 6.", "5"),
            item(4, "We need 2 + 3.", "We need 2 + 3.", "5"));

    @Test
    void countsWhatIsRightAndWhatWasGivenAway() {
        Summary summary = summary(FOUR, new ModelFacts(1000L, 100L, 8.0, 1.0), false);

        assertThat(summary.n()).isEqualTo(4);
        assertThat(summary.correct()).isEqualTo(2);
        assertThat(summary.accuracy()).isEqualTo(0.5);
        assertThat(summary.leaked()).isEqualTo(1);
        assertThat(summary.accuracyWithoutLeaked()).isEqualTo(1 / 3.0);
        assertThat(summary.errors()).isEqualTo(1);
        assertThat(summary.outcomes()).containsExactly(Map.entry("used", 4L));
        assertThat(summary.paperAccuracy()).isNull();
    }

    @Test
    void addsUpTokensAndWhatTheyCost() {
        Summary summary = summary(FOUR, new ModelFacts(1000L, 100L, 8.0, 1.0), false);

        assertThat(summary.teacherTokens()).isEqualTo(40);
        assertThat(summary.studentTokens()).isEqualTo(80);
        assertThat(summary.meanTeacherTokens()).isEqualTo(10);
        assertThat(summary.teacherFlops()).isEqualTo(2.0 * 1000 * 4 * (40 + 10));
        assertThat(summary.studentFlops()).isEqualTo(2.0 * 100 * 4 * (60 + 20));
        assertThat(summary.cost()).isCloseTo((8.0 * 200 + 1.0 * 320) / 1e6, within(1e-12));
        assertThat(summary.bytesUp()).isEqualTo(1200);
    }

    @Test
    void whatIsNotKnownIsNull() {
        Summary summary = summary(List.of(), new ModelFacts(null, null, null, null), false);

        assertThat(summary.teacherFlops()).isNull();
        assertThat(summary.cost()).isNull();
        assertThat(summary.accuracyLow()).isZero();
        assertThat(summary.accuracyHigh()).isEqualTo(1);
    }

    @Test
    void isWrittenInSnakeCaseAndReadBack() {
        Summary summary = summary(FOUR, new ModelFacts(1000L, null, null, null), true);
        String json = JsonMapper.shared().writeValueAsString(summary);

        JsonNode tree = JsonMapper.shared().readTree(json);
        assertThat(tree.path("accuracy_without_leaked").isNumber()).isTrue();
        assertThat(tree.path("ttft_ms").path("p95").asDouble()).isEqualTo(4);
        assertThat(tree.path("mode").asString()).isEqualTo("gkt");
        assertThat(tree.path("started").asString()).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(JsonMapper.shared().readValue(json, Summary.class)).isEqualTo(summary);
    }

    @Test
    void isSaidToReaders() {
        StringWriter out = new StringWriter();
        summary(FOUR, new ModelFacts(1000L, null, 8.0, null), true).print(new PrintWriter(out));

        assertThat(out.toString())
                .contains("2 of 4 right, 50.0 %")
                .contains("1 requests failed")
                .contains("without those 33.3 % are right");
    }

    /** Expected values: the textbook examples of Wilson's interval at 95 %. */
    @ParameterizedTest
    @CsvSource({"5, 10, 0.2366, 0.7634", "0, 10, 0, 0.2775", "10, 10, 0.7225, 1", "95, 100, 0.8882, 0.9785"})
    void intervalsAreWilsons(int successes, int n, double low, double high) {
        assertThat(Summary.wilson(successes, n, -1.959964)).isCloseTo(low, within(1e-4));
        assertThat(Summary.wilson(successes, n, 1.959964)).isCloseTo(high, within(1e-4));
    }

    @Test
    void percentilesAreValuesThatOccurred() {
        assertThat(Percentiles.of(IntStream.rangeClosed(1, 100).asDoubleStream()))
                .isEqualTo(new Percentiles(50, 95));
        assertThat(Percentiles.of(DoubleStream.of(3, 1, 2))).isEqualTo(new Percentiles(2, 3));
        assertThat(Percentiles.of(DoubleStream.empty())).isEqualTo(new Percentiles(0, 0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            The answer is 18.      | 18   | true
            the answer is $18.50.  | 18   | true
            The answer is -18.     | 18   | true
            The answer is 1,234.   | 1234 | false
            """)
    void theReferencesRuleSeesDigitsOnly(String completion, String expected, boolean accepted) {
        assertThat(PaperScoring.accepts(item(1, "", completion, expected), 1)).isEqualTo(accepted);
    }

    @Test
    void theReferencesRuleGuessesWhatItDoesNotFind() {
        List<Item> silent =
                IntStream.range(0, 5000).mapToObj(i -> item(i, "", "Hm.", "7")).toList();
        long lucky =
                silent.stream().filter(item -> PaperScoring.accepts(item, 1)).count();

        assertThat(lucky).isBetween(25L, 80L); // 5000 / 101, give or take four standard deviations
        assertThat(silent.stream().filter(item -> PaperScoring.accepts(item, 1)).count())
                .isEqualTo(lucky);
        assertThat(silent.stream().filter(Item::correct)).isEmpty();
    }
}
