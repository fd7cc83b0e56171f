package io.gkt.evaluation.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    private List<Run> runs;

    @BeforeEach
    void read() throws IOException {
        runs = Run.readAll(Path.of("src/test/resources/io/gkt/evaluation/report/runs"));
    }

    private Comparison.Row row(String name) {
        return Comparison.of(runs).rows().stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void rowsGoFromTheStudentAloneToTheTeacherAlone() {
        assertThat(Comparison.of(runs).rows())
                .extracting(Comparison.Row::name)
                .containsExactly("student", "gkt-8", "gkt-16", "teacher", "teacher-one-by-one");
    }

    @Test
    void savingIsAgainstTheTeacherAtTheSameLoadAndOneByOne() {
        // 8 of 40 tokens; 2 * (5e6 * 8 + 1e6 * 32) of 2 * 5e6 * 40 FLOPs; 0.0012 of 0.004; 4 s instead of 8 s and 16 s.
        Saving same = row("gkt-8").savedAtSameConcurrency();
        assertThat(same.teacherTokens()).isCloseTo(0.8, within(1e-9));
        assertThat(same.teacherFlops()).isCloseTo(0.8, within(1e-9));
        assertThat(same.flops()).isCloseTo(1 - 72.0 / 200, within(1e-9));
        assertThat(same.cost()).isCloseTo(0.7, within(1e-9));
        assertThat(same.speedUp()).isCloseTo(2, within(1e-9));
        assertThat(row("gkt-8").savedOneByOne().speedUp()).isCloseTo(4, within(1e-9));
    }

    @Test
    void theTeacherSavesNothingAgainstItself() {
        Saving itself = row("teacher").savedAtSameConcurrency();
        assertThat(itself).isEqualTo(new Saving(0.0, 0.0, 0.0, 0.0, 1.0));
        assertThat(row("teacher-one-by-one").savedOneByOne()).isEqualTo(itself);
        assertThat(row("teacher-one-by-one").savedAtSameConcurrency()).isEqualTo(itself);
    }

    @Test
    void withoutTheTeacherAloneSavingsAreUnknown() {
        runs = runs.stream().filter(run -> !run.isTeacherAlone()).toList();

        assertThat(row("gkt-8").savedAtSameConcurrency()).isNull();
        assertThat(row("gkt-8").savedOneByOne()).isNull();
        assertThat(Comparison.of(runs).accuracy().markdown()).contains("–");
    }

    @Test
    void theShortestGuidanceWithinFivePointsIsRecommended() {
        assertThat(Comparison.of(runs).recommended())
                .get()
                .extracting(Comparison.Row::name)
                .isEqualTo("gkt-16");
    }

    @Test
    void tablesAreMarkdownWithColumnsOfOneWidth() {
        String table = Comparison.of(runs).accuracy().markdown();

        assertThat(table.lines()).hasSize(2 + runs.size());
        assertThat(table.lines().map(String::length).distinct()).hasSize(1);
        assertThat(table.lines().toList().get(3))
                .contains("guidance 8", "75.0 (30.0–95.0)", "25.0", "66.7", "8.0", "20.0", "32.0");
        assertThat(Comparison.of(runs).cost().markdown().lines().toList().get(3))
                .contains("2.00", "4.00", "300", "900", "80 + 64", "80.0", "64.0", "0.0012", "70.0");
    }
}
