package io.gkt.evaluation.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gkt.demo.problem.ProblemGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DatasetTest {

    private static final Path SAMPLES = Path.of("src/test/resources/datasets");

    @TempDir
    private Path directory;

    private static List<Example> sample(Dataset dataset) throws IOException {
        return dataset.load(SAMPLES.resolve(dataset + ".jsonl"), null, 1);
    }

    @Test
    void readsGsm8k() throws IOException {
        assertThat(sample(Dataset.GSM8K)).hasSize(5).element(2).satisfies(third -> {
            assertThat(third.id()).isEqualTo("gsm8k-3");
            assertThat(third.question()).startsWith("Josh decides to try flipping a house.");
            assertThat(third.expected()).isEqualTo("70000");
        });
    }

    @Test
    void readsTheCommonsenseQuestions() throws IOException {
        assertThat(sample(Dataset.CSQA)).hasSize(5).first().satisfies(first -> {
            assertThat(first.id()).isEqualTo("csqa-1");
            assertThat(first.question())
                    .startsWith("A revolving door is convenient")
                    .endsWith("Answer Choices: (A) bank (B) library (C) department store (D) mall (E) new york");
            assertThat(first.expected()).isEqualTo("A");
        });
    }

    @Test
    void readsAqua() throws IOException {
        assertThat(sample(Dataset.AQUA)).hasSize(5).element(1).satisfies(second -> {
            assertThat(second.question()).endsWith("Answer Choices: (A)$61 (B)$65 (C)$67.40 (D)$70 (E)$78.20");
            assertThat(second.expected()).isEqualTo("E");
        });
    }

    @Test
    void makesTheDemosProblems() throws IOException {
        List<Example> problems = Dataset.DEMO.load(null, 3, 7);
        assertThat(problems).hasSize(3).isEqualTo(Dataset.DEMO.load(null, 4, 7).subList(0, 3));
        assertThat(problems.get(0).question())
                .isEqualTo(ProblemGenerator.heldOut(7).next().question());
        assertThat(problems).isNotEqualTo(Dataset.DEMO.load(null, 3, 8));
        assertThat(Dataset.DEMO.load(null, null, 7)).hasSize(500);
    }

    @Test
    void aLimitTakesTheFirst() throws IOException {
        assertThat(Dataset.AQUA.load(SAMPLES.resolve("aqua.jsonl"), 2, 1))
                .isEqualTo(sample(Dataset.AQUA).subList(0, 2));
    }

    @Test
    void separatorsInExpectedNumbersDontMatter() throws IOException {
        Path file = directory.resolve("one.jsonl");
        Files.writeString(file, "{\"question\": \"How much?\", \"answer\": \"Much.\\n#### -1,450.50\"}\n");
        assertThat(Dataset.GSM8K.load(file, null, 1))
                .singleElement()
                .extracting(Example::expected)
                .isEqualTo("-1450.5");
    }

    @ParameterizedTest
    @CsvSource({"GSM8K, csqa", "GSM8K, aqua", "CSQA, gsm8k", "CSQA, aqua", "AQUA, csqa", "AQUA, gsm8k"})
    void anotherDatasetsFileIsSaidSo(Dataset dataset, String other) {
        assertThatThrownBy(() -> dataset.load(SAMPLES.resolve(other + ".jsonl"), null, 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(other + ".jsonl, line 1 is not of " + dataset);
    }

    @ParameterizedTest
    @EnumSource
    void workedExamplesAreRight(Dataset dataset) {
        int published = switch (dataset) {
            case DEMO -> 0;
            case GSM8K -> 8;
            case CSQA -> 7;
            case AQUA -> 4;
        };
        Pattern equation = Pattern.compile("([\\d.]+) ([-+*/]) ([\\d.]+) = ([\\d.]*\\d)");
        assertThat(dataset.workedExamples()).hasSize(published).allSatisfy(worked -> {
            assertThat(worked).matches("(?s)Q: [^\\n]+\\nA: [^\\n]+ The answer is [A-E\\d]+\\.");
            Matcher steps = equation.matcher(worked);
            while (steps.find()) {
                assertThat(calculated(steps)).as(steps.group()).isEqualByComparingTo(steps.group(4));
            }
        });
    }

    private static BigDecimal calculated(Matcher step) {
        BigDecimal left = new BigDecimal(step.group(1));
        BigDecimal right = new BigDecimal(step.group(3));
        return switch (step.group(2)) {
            case "+" -> left.add(right);
            case "-" -> left.subtract(right);
            case "*" -> left.multiply(right);
            default -> left.divide(right, MathContext.DECIMAL64);
        };
    }

    @Test
    void promptsHaveWorkedExamplesAndEndWhereTheAnswerBegins() throws IOException {
        Example example = sample(Dataset.CSQA).get(0);
        Prompt prompt = new PromptStyle(Dataset.CSQA, 3, false).prompt(example);

        assertThat(prompt.chat()).isFalse();
        assertThat(prompt.text()).startsWith("Q: ").endsWith("\n\nQ: " + example.question() + "\nA:");
        assertThat(prompt.text().split("The answer is", -1)).hasSize(4);
    }

    @Test
    void chatPromptsSayHowToEnd() throws IOException {
        Example example = sample(Dataset.GSM8K).get(0);
        Prompt prompt = new PromptStyle(Dataset.GSM8K, 0, true).prompt(example);

        assertThat(prompt.chat()).isTrue();
        assertThat(prompt.text()).startsWith(example.question()).contains("The answer is X.");
        assertThat(new PromptStyle(Dataset.DEMO, 0, true).prompt(example).text())
                .isEqualTo(example.question());
    }

    @ParameterizedTest
    @EnumSource
    void concisePrefixesStandBeforeTheTeachersQuestionOnly(Concise concise) throws IOException {
        Example example = sample(Dataset.GSM8K).get(0);
        PromptStyle style = new PromptStyle(Dataset.GSM8K, 2, false);

        assertThat(style.teacherPrompt(example, concise).text())
                .endsWith("Q: " + concise.prefix() + example.question() + "\nA:");
        assertThat(style.prompt(example).text()).doesNotContain(concise.prefix());
    }
}
