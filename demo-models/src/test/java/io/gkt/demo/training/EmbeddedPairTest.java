package io.gkt.demo.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.demo.DemoModels;
import io.gkt.demo.problem.Problem;
import io.gkt.demo.problem.ProblemGenerator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the embedded models can do, with room for the luck of 96 problems. */
class EmbeddedPairTest {

    private static final List<Problem> PROBLEMS =
            ProblemGenerator.heldOut(11).stream().limit(96).toList();

    @Test
    void theTeacherSolvesNearlyAllAndTheStudentAboutHalfOrLess() {
        try (var teacher = GreedyModel.load(DemoModels.teacher());
                var student = GreedyModel.load(DemoModels.student())) {
            assertThat(Score.of(teacher, PROBLEMS, problem -> "").percent()).isGreaterThan(88);
            assertThat(Score.of(student, PROBLEMS, problem -> "").percent()).isLessThan(65);
        }
    }

    @Test
    void withSixteenTokensOfGuidanceTheStudentComesCloseToTheTeacher() {
        try (var teacher = GreedyModel.load(DemoModels.teacher());
                var student = GreedyModel.load(DemoModels.student())) {
            Map<Problem, String> guidance = new HashMap<>();
            var beginnings =
                    teacher.continueAll(PROBLEMS.stream().map(Problem::prompt).toList(), 16);
            for (int i = 0; i < PROBLEMS.size(); i++) {
                guidance.put(PROBLEMS.get(i), Guidance.of(beginnings.get(i)));
            }

            assertThat(Score.of(student, PROBLEMS, guidance::get).percent()).isGreaterThan(82);
        }
    }
}
