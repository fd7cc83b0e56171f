package io.gkt.demo.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ProblemGeneratorTest {

    private static final Pattern STEP = Pattern.compile("(\\d+) ([-+*/]) (\\d+) = (\\d+)\\.");
    private static final Pattern WORD = Pattern.compile("\\p{L}+");

    private final List<Problem> training =
            ProblemGenerator.training(3).stream().limit(3_000).toList();
    private final List<Problem> heldOut =
            ProblemGenerator.heldOut(4).stream().limit(1_000).toList();

    @Test
    void everyStepOfAnAnswerIsRightAndTheLastOneIsTheResult() {
        for (var problem : training) {
            List<MatchResult> steps = STEP.matcher(problem.answer()).results().toList();
            for (var step : steps) {
                assertThat(calculate(number(step, 1), step.group(2), number(step, 3)))
                        .as(problem.answer())
                        .isEqualTo(number(step, 4));
            }
            assertThat(number(steps.get(steps.size() - 1), 4)).isEqualTo(problem.result());
            assertThat(problem.answer())
                    .startsWith(problem.planSentence())
                    .endsWith("The answer is " + problem.result() + ".");
            assertThat(problem.isSolvedBy(problem.answer())).isTrue();
        }
    }

    @Test
    void everyNumberOfThePlanIsInTheQuestion() {
        for (var problem : training) {
            assertThat(numbers(problem.question())).as(problem.question()).containsAll(numbers(problem.plan()));
        }
    }

    @Test
    void thePlanDoesNotGiveTheResultAway() {
        assertThat(training).noneMatch(problem -> problem.isGivenAwayBy(problem.planSentence()));
        assertThat(training).allMatch(problem -> problem.isGivenAwayBy(problem.answer()));
    }

    @Test
    void heldOutProblemsShareNoExpressionWithTrainingOnes() {
        assertThat(plans(heldOut)).doesNotContainAnyElementsOf(plans(training));
    }

    @Test
    void heldOutProblemsShareNoPairOfPersonAndThingWithTrainingOnes() {
        assertThat(pairs(heldOut)).isNotEmpty().doesNotContainAnyElementsOf(pairs(training));
    }

    @Test
    void theSameSeedGivesTheSameProblemsAndAnotherSeedOthers() {
        assertThat(ProblemGenerator.training(3).stream().limit(50).toList()).isEqualTo(training.subList(0, 50));
        assertThat(ProblemGenerator.training(4).stream().limit(50).toList())
                .doesNotContainAnyElementsOf(training.subList(0, 50));
    }

    private static int number(MatchResult step, int group) {
        return Integer.parseInt(step.group(group));
    }

    private static int calculate(int left, String operator, int right) {
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            default -> left % right == 0 ? left / right : -1;
        };
    }

    private static List<String> numbers(String text) {
        return Pattern.compile("\\d+")
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .toList();
    }

    private static Set<String> plans(List<Problem> problems) {
        return problems.stream().map(Problem::plan).collect(Collectors.toSet());
    }

    /** Everybody in a story is paired with the thing that the question asks for. */
    private static Set<String> pairs(List<Problem> problems) {
        var pairs = new HashSet<String>();
        for (var problem : problems) {
            var question = problem.question().substring(problem.question().lastIndexOf("How many"));
            var asked = words(question).stream()
                    .filter(Scene.THINGS::contains)
                    .findFirst()
                    .orElseThrow();
            words(problem.question()).stream()
                    .filter(Scene.NAMES::contains)
                    .forEach(name -> pairs.add(name + " " + asked));
        }
        return pairs;
    }

    private static List<String> words(String text) {
        return WORD.matcher(text).results().map(MatchResult::group).toList();
    }
}
