package io.gkt.demo.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.demo.DemoModels;
import io.gkt.demo.problem.Problem;
import io.gkt.demo.problem.ProblemGenerator;
import io.gkt.inference.decoder.Precision;
import io.gkt.inference.tokenizer.Prompt;
import io.gkt.inference.tokenizer.Tokenizer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the embedded models can do, with room for the luck of 96 problems. */
class EmbeddedPairTest {

    private static final List<Problem> PROBLEMS =
            ProblemGenerator.heldOut(11).stream().limit(96).toList();

    @Test
    void theTeacherSolvesNearlyAllAndTheStudentAboutHalfOrLess() {
        try (var teacher = GreedyModel.load(DemoModels.teacher(), Precision.FLOAT32);
                var student = GreedyModel.load(DemoModels.student(), Precision.FLOAT32)) {
            assertThat(Score.of(teacher, PROBLEMS, problem -> "").percent()).isGreaterThan(88);
            assertThat(Score.of(student, PROBLEMS, problem -> "").percent()).isLessThan(65);
        }
    }

    @Test
    void withSixteenTokensOfGuidanceTheStudentComesCloseToTheTeacher() {
        try (var teacher = GreedyModel.load(DemoModels.teacher(), Precision.FLOAT32);
                var student = GreedyModel.load(DemoModels.student(), Precision.FLOAT32)) {
            Map<Problem, String> guidance = new HashMap<>();
            var beginnings =
                    teacher.continueAll(PROBLEMS.stream().map(Problem::prompt).toList(), 16);
            for (int i = 0; i < PROBLEMS.size(); i++) {
                guidance.put(PROBLEMS.get(i), Guidance.of(beginnings.get(i)));
            }

            assertThat(Score.of(student, PROBLEMS, guidance::get).percent()).isGreaterThan(82);
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void whoIsAskedAgainAnswersTheSameFromKeptPrompts(Precision precision) {
        var prompts = PROBLEMS.stream().map(Problem::prompt).limit(32).toList();
        try (var student = GreedyModel.load(DemoModels.student(), precision)) {
            var first = student.continueAll(prompts, 48);
            assertThat(student.continueAll(prompts, 48)).isEqualTo(first);
        }
    }

    /** So that it is the text which carries guidance, in the tests above too. */
    @Test
    void theTwoSpellTheSameAnswersInOtherTokens() {
        try (var teacher = Tokenizer.load(DemoModels.teacher());
                var student = Tokenizer.load(DemoModels.student())) {
            assertThat(PROBLEMS).allSatisfy(problem -> {
                var answer = Prompt.plain(" " + problem.planSentence());
                int[] ids = teacher.encode(answer);
                int[] others = student.encode(answer);
                assertThat(ids).isNotEqualTo(others);
                assertThat(teacher.decode(ids))
                        .isEqualTo(student.decode(others))
                        .isEqualTo(answer.text());
                assertThat(student.decode(ids))
                        .as("the teacher's ids mean nothing here")
                        .isNotEqualTo(answer.text());
            });
        }
    }
}
