package io.gkt.evaluation.report;

import io.gkt.evaluation.accuracy.Summary;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What a run needs less than the teacher alone, for the same number of answers. Shares are from 0 to 1, below 0 where
 * it needs more, and null where one of both is unknown.
 *
 * @param teacherTokens share of the teacher's decoded tokens
 * @param teacherFlops  share of the teacher's FLOPs
 * @param flops         share of both models' FLOPs
 * @param cost          share of the price
 * @param speedUp       how many times faster all answers were there, by the clock
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Saving(Double teacherTokens, Double teacherFlops, Double flops, Double cost, Double speedUp) {

    /**
     * @param run     what was run
     * @param teacher the teacher alone
     * @return what run saves
     */
    static Saving of(Summary run, Summary teacher) {
        return new Saving(
                share(run.meanTeacherTokens(), teacher.meanTeacherTokens()),
                share(perAnswer(run.teacherFlops(), run), perAnswer(teacher.teacherFlops(), teacher)),
                share(flopsPerAnswer(run), flopsPerAnswer(teacher)),
                share(perAnswer(run.cost(), run), perAnswer(teacher.cost(), teacher)),
                known((teacher.wallSeconds() / teacher.n()) / (run.wallSeconds() / run.n())));
    }

    /** FLOPs of both models per answer; null if unknown. */
    static Double flopsPerAnswer(Summary run) {
        return run.teacherFlops() == null || run.studentFlops() == null
                ? null
                : perAnswer(run.teacherFlops() + run.studentFlops(), run);
    }

    /** A run's total, divided by its answers; null if unknown. */
    static Double perAnswer(Double total, Summary run) {
        return total == null ? null : known(total / run.n());
    }

    private static Double share(Double part, Double whole) {
        return part == null || whole == null ? null : known(1 - part / whole);
    }

    private static Double known(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
