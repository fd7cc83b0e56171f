package io.gkt.evaluation.sweep;

import io.gkt.evaluation.accuracy.Mode;
import io.gkt.evaluation.accuracy.Settings;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One run of a sweep.
 *
 * @param name           of its files
 * @param mode           who answers
 * @param guidanceTokens most tokens of guidance; 0 for one model alone
 * @param concurrency    requests at the same time
 */
record PlannedRun(String name, Mode mode, int guidanceTokens, int concurrency) {

    /** What all runs share, made this one's. */
    Settings of(Settings shared) {
        return shared.withMode(mode, mode == Mode.GKT ? guidanceTokens : shared.guidanceTokens())
                .withConcurrency(concurrency);
    }

    /**
     * The models alone, which every length is compared with. The teacher runs once under the same load as everything
     * else, which is the fair comparison, and once with one request at a time, which is the paper's.
     *
     * @param concurrency requests at the same time
     * @return the runs, in order
     */
    static List<PlannedRun> alone(int concurrency) {
        return Stream.of(
                        new PlannedRun("student", Mode.STUDENT, 0, concurrency),
                        new PlannedRun("teacher", Mode.TEACHER, 0, concurrency),
                        new PlannedRun("teacher-one-by-one", Mode.TEACHER, 0, 1))
                .limit(concurrency == 1 ? 2 : 3)
                .toList();
    }

    /**
     * @param lengths     of guidance, in tokens; 0 is the student alone and left out here
     * @param concurrency requests at the same time
     * @return the runs with guidance, the shortest first
     */
    static List<PlannedRun> guided(List<Integer> lengths, int concurrency) {
        return lengths.stream()
                .filter(length -> length > 0)
                .distinct()
                .sorted(Comparator.naturalOrder())
                .map(length -> new PlannedRun("gkt-" + length, Mode.GKT, length, concurrency))
                .toList();
    }

    /**
     * @param meanAnswer tokens of the teacher's mean answer
     * @param step       between lengths
     * @return multiples of step that are shorter than the answer
     */
    static List<Integer> upToWhole(double meanAnswer, int step) {
        return IntStream.iterate(step, length -> length < meanAnswer, length -> length + step)
                .boxed()
                .toList();
    }
}
