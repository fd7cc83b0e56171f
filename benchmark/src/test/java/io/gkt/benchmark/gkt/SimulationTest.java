package io.gkt.benchmark.gkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gkt.benchmark.gkt.SimulatedAnswer.Source;
import io.gkt.benchmark.gkt.Simulation.Outcome;
import io.gkt.benchmark.gkt.StepTimes.Decode;
import io.gkt.benchmark.gkt.StepTimes.Prefill;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Against closed forms and laws that hold whatever the times are. */
class SimulationTest {

    private static final Network NEAR = new Network(10, 8, 1000, 500);
    private static final double WAY_UP = 5 + 1;
    private static final double WAY_DOWN = 5 + 0.5;

    /** 100 ms a step for up to 16 rows, 1 ms for each token of a prompt. */
    private static final StepCost TEACHER = new StepCost(new StepTimes(
            List.of(new Decode(1, 0, 100), new Decode(16, 0, 100)),
            List.of(new Prefill(1, 0, 100), new Prefill(100, 0, 100), new Prefill(1000, 0, 1000)),
            List.of()));
    /** 10 ms a step, and for 10 tokens of a prompt. */
    private static final StepCost STUDENT = new StepCost(new StepTimes(
            List.of(new Decode(1, 0, 10)),
            List.of(new Prefill(1, 0, 10), new Prefill(10, 0, 10), new Prefill(1000, 0, 1000)),
            List.of()));

    private static final Workload WORKLOAD = Workload.of(500, 100, 40, 300);
    private static final Simulation SIMULATION = new Simulation(TEACHER, STUDENT, WORKLOAD, NEAR);
    private static final TeacherPolicy PROMPT_POLICY = new TeacherPolicy(16, 0, 1000, 256, true, true);
    private static final EdgePolicy PATIENT = EdgePolicy.DEFAULT.patient();

    @Test
    void oneUserOfTheTeacherWaitsForNobody() {
        Outcome alone = SIMULATION.teacherAlone(5, 1, PROMPT_POLICY);
        double answer = WAY_UP + 100 + 299 * 100 + WAY_DOWN;
        assertThat(alone.answers()).hasSize(5).allSatisfy(given -> {
            assertThat(given.totalMs()).isEqualTo(answer, within(1e-3));
            assertThat(given.firstMs()).isEqualTo(WAY_UP + 100 + WAY_DOWN, within(1e-3));
        });
        assertThat(alone.seconds()).isEqualTo(5 * answer / 1e3, within(1e-6));
    }

    @Test
    void withoutReuseTheWholePromptIsComputed() {
        Outcome alone = SIMULATION.teacherAlone(1, 1, PROMPT_POLICY.withPrefixReuse(false));
        assertThat(alone.firstMs().p50()).isEqualTo(WAY_UP + 600 + WAY_DOWN, within(1e-3));
    }

    @Test
    void longPromptsTakeAsManyStepsAsTheLimitSays() {
        Outcome alone = SIMULATION.teacherAlone(1, 1, new TeacherPolicy(16, 0, 200, 256, false, true));
        assertThat(alone.firstMs().p50()).isEqualTo(WAY_UP + 3 * 200 + WAY_DOWN, within(1e-3));
    }

    @Test
    void batchSizeOneTakesOneAfterTheOther() {
        Outcome alone = SIMULATION.teacherAlone(8, 8, PROMPT_POLICY.withBatchSize(1));
        assertThat(alone.seconds()).isEqualTo(8 * 30 + (WAY_UP + WAY_DOWN) / 1e3, within(1e-6));
        assertThat(alone.teacher().meanBatch()).isEqualTo(1);
    }

    @Test
    void aBatchSharesItsSteps() {
        Outcome alone = SIMULATION.teacherAlone(8, 8, new TeacherPolicy(8, 1, 1000, 256, true, true));
        // The eight come together, fill the batch, and one step takes their 800 tokens.
        assertThat(alone.seconds()).isEqualTo(0.8 + 29.9 + (WAY_UP + WAY_DOWN) / 1e3, within(1e-6));
        assertThat(alone.teacher().meanBatch()).isEqualTo(8);
    }

    @Test
    void noBatchIsLargerThanTheLimit() {
        for (int size : new int[] {1, 3, 16}) {
            Outcome alone = SIMULATION.teacherAlone(40, 40, PROMPT_POLICY.withBatchSize(size));
            assertThat(alone.teacher().meanBatch()).isLessThanOrEqualTo(size);
            assertThat(alone.answers()).hasSize(40);
        }
    }

    @Test
    void theStudentsPrefillOverlapsTheWaitForGuidance() {
        Outcome guided = SIMULATION.guided(3, 1, 1, PROMPT_POLICY, PATIENT);
        double guidance = WAY_UP + 100 + 39 * 100 + WAY_DOWN;
        assertThat(guided.answers()).hasSize(3).allSatisfy(answer -> {
            assertThat(answer.source()).isEqualTo(Source.GUIDED);
            assertThat(answer.firstMs()).isEqualTo(guidance, within(1e-3));
            assertThat(answer.totalMs()).isEqualTo(guidance + 40 + 259 * 10, within(1e-3));
        });
    }

    @Test
    void whatComesTooLateIsDoneWithout() {
        Outcome late = SIMULATION.guided(1, 1, 1, PROMPT_POLICY, new EdgePolicy(4, 1_000, true));
        assertThat(late.answers()).singleElement().satisfies(answer -> {
            assertThat(answer.source()).isEqualTo(Source.FALLBACK_TIMEOUT);
            // The prompt's last token, then the other 299.
            assertThat(answer.firstMs()).isEqualTo(1_000 + 10, within(1e-3));
            assertThat(answer.totalMs()).isEqualTo(1_000 + 10 + 299 * 10, within(1e-3));
        });
        assertThat(late.teacher().expired()).isEqualTo(1);
        // The teacher stops at the first step's end after the deadline.
        assertThat(late.teacher().busyNanos()).isEqualTo(Timeline.nanos(1_000));
    }

    @Test
    void aTeacherThatIsAlwaysTooLateIsLeftAlone() {
        Outcome outcome = SIMULATION.guided(40, 1, 1, PROMPT_POLICY, new EdgePolicy(1, 1_000, true));
        assertThat(outcome.share(Source.FALLBACK_CIRCUIT_OPEN)).isGreaterThan(0.1);
        assertThat(outcome.share(Source.FALLBACK_TIMEOUT))
                .isEqualTo(1 - outcome.share(Source.FALLBACK_CIRCUIT_OPEN), within(1e-9));
    }

    @Test
    void aFullQueueRefuses() {
        TeacherPolicy one = new TeacherPolicy(1, 0, 1000, 1, true, false);
        Outcome full = SIMULATION.guided(40, 40, 40, one, EdgePolicy.DEFAULT);
        assertThat(full.share(Source.FALLBACK_REJECTED)).isGreaterThan(0.9);
        assertThat(full.share(Source.GUIDED)).isEqualTo(1.0 / 40, within(1e-9));
        assertThat(full.teacher().refused()).isGreaterThan(36);
    }

    private static double capacity(Simulation simulation, TeacherPolicy policy) {
        return new Fleet(simulation, policy, EdgePolicy.DEFAULT, 1, 1).guidancesPerHour();
    }

    @Test
    void pastSaturationAsManyAreGuidedAsTheTeacherCanServe() {
        double capacity = capacity(SIMULATION, PROMPT_POLICY);
        EdgePolicy waits = new EdgePolicy(4, 15_000, true);
        for (int times : new int[] {2, 10}) {
            int edges = 1_000;
            double perMinute = times * capacity / 60 / edges;
            Outcome with = SIMULATION.open(edges, perMinute, 600, PROMPT_POLICY, waits, 2);
            Outcome without = SIMULATION.open(edges, perMinute, 600, PROMPT_POLICY.withShedding(false), waits, 2);
            assertThat(with.guidedPerHour(600)).isBetween(0.8 * capacity, capacity);
            assertThat(without.guidedPerHour(600)).isLessThan(0.3 * capacity);
            assertThat(with.share(Source.FALLBACK_TIMEOUT)).isLessThan(0.05);
            assertThat(with.firstMs().p50()).isLessThan(without.firstMs().p50());
        }
    }

    /** Each of 16 rows gets a token a millisecond, and prompts cost nothing. Students take seconds, and are many. */
    @Test
    void aTeacherThatIsMuchFasterThanStudentsGivesAsManyAsItsFullBatchesToo() {
        StepCost fast =
                new StepCost(new StepTimes(List.of(new Decode(1, 0, 1)), List.of(new Prefill(1, 0, 1)), List.of()));
        Simulation simulation = new Simulation(fast, STUDENT, WORKLOAD, NEAR);
        TeacherPolicy policy = new TeacherPolicy(16, 0, 2000, 256, true, true);
        double most = 16_000 / 40.0 * 3_600;
        assertThat(capacity(simulation, policy)).isBetween(0.999 * most, most);

        double perMinute = 2 * most / 60 / 10_000;
        Outcome twice = simulation.open(10_000, perMinute, 10, policy, EdgePolicy.DEFAULT, 9);
        assertThat(twice.guidedPerHour(10)).isBetween(0.95 * most, most);
    }

    @Test
    void nobodyWhoHasTimeIsShed() {
        Outcome with = SIMULATION.open(60, 2, 300, PROMPT_POLICY, PATIENT, 6);
        assertThat(with).isEqualTo(SIMULATION.open(60, 2, 300, PROMPT_POLICY.withShedding(false), PATIENT, 6));
        assertThat(with.share(Source.GUIDED)).isEqualTo(1);
    }

    @Test
    void everyRequestHasOneAnswerAndEveryGuidanceOneEnd() {
        for (int edges : new int[] {1, 10, 100, 1000}) {
            Outcome outcome = SIMULATION.open(edges, 2, 300, PROMPT_POLICY, EdgePolicy.DEFAULT, 7);
            SimulatedTeacher.Report teacher = outcome.teacher();
            assertThat(teacher.submitted())
                    .isEqualTo(teacher.finished() + teacher.refused() + teacher.shed() + teacher.expired());
            assertThat(outcome.answers())
                    .hasSizeBetween((int) (edges * 10 * 0.5) - 5, edges * 15 + 5)
                    .allSatisfy(answer -> {
                        assertThat(answer.first()).isBetween(answer.arrival(), answer.end());
                        assertThat(answer.source()).isNotEqualTo(Source.TEACHER);
                    });
            assertThat(outcome.share(Source.GUIDED) + outcome.fallbackShare()).isEqualTo(1, within(1e-9));
            assertThat(outcome.utilisation()).isBetween(0.0, 1.0);
        }
    }

    @Test
    void theSameSeedIsTheSameRun() {
        Outcome first = SIMULATION.open(50, 2, 200, PROMPT_POLICY, EdgePolicy.DEFAULT, 3);
        assertThat(SIMULATION.open(50, 2, 200, PROMPT_POLICY, EdgePolicy.DEFAULT, 3))
                .isEqualTo(first);
        assertThat(SIMULATION.open(50, 2, 200, PROMPT_POLICY, EdgePolicy.DEFAULT, 4))
                .isNotEqualTo(first);
    }

    /** Little's law: requests inside = rate * time inside. */
    @Test
    void requestsInsideAreRateTimesTimeInside() {
        Outcome outcome = SIMULATION.open(30, 2, 2_000, PROMPT_POLICY, PATIENT, 5);
        SimulatedTeacher.Report teacher = outcome.teacher();
        assertThat(teacher.finished()).isEqualTo(teacher.submitted()).isGreaterThan(1_500);
        double rate = teacher.finished() / outcome.seconds();
        assertThat(teacher.meanInside())
                .isCloseTo(rate * teacher.meanNanosInside() / 1e9, within(teacher.meanInside() * 0.01));
    }

    /** Pollaczek and Khinchine: with fixed service times S and batch size 1 the mean wait is rho S / (2 (1 - rho)). */
    @Test
    void withoutBatchesTheQueueIsTheTextbooks() {
        double service = 4.0;
        for (double load : new double[] {0.3, 0.6, 0.8}) {
            double perMinute = load / service * 60 / 100;
            Outcome outcome = SIMULATION.open(
                    100, perMinute, 400_000, new TeacherPolicy(1, 0, 1000, 100_000, true, true), PATIENT, 11);
            double wait = outcome.teacher().queueMs().stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElseThrow();
            assertThat(outcome.utilisation()).isCloseTo(load, within(0.02));
            assertThat(wait).isCloseTo(1e3 * load * service / (2 * (1 - load)), within(wait * 0.08));
        }
    }

    @Test
    void moreEdgesMakeTheTeacherBusierAndFallBackMore() {
        double utilisation = 0;
        double fallback = 0;
        for (int edges : new int[] {10, 40, 160, 640, 2560}) {
            Outcome outcome = SIMULATION.open(edges, 1, 600, PROMPT_POLICY, EdgePolicy.DEFAULT, 1);
            assertThat(outcome.utilisation()).isGreaterThan(utilisation - 0.05);
            assertThat(outcome.fallbackShare()).isGreaterThanOrEqualTo(fallback - 0.02);
            utilisation = outcome.utilisation();
            fallback = outcome.fallbackShare();
        }
        assertThat(fallback).isGreaterThan(0.5);
    }

    @Test
    void thePapersTimeIsStageOneInBatchesAndStageTwoOneByOne() {
        Simulation.PaperTime paper = SIMULATION.paperTime(16, 1, PROMPT_POLICY);
        // 16 newcomers have 1,600 tokens, 1,000 of them in the first step: its ten decode beside the other six's 600.
        double beside = TEACHER.step(10, 6006, 600, 0) / 1e3;
        assertThat(paper.guidanceSeconds()).isCloseTo(1.0 + beside + 39 * 0.1, within(0.15));
        assertThat(paper.completionSeconds()).isEqualTo(16 * (0.14 + 2.59), within(1e-6));
        assertThat(SIMULATION.paperTime(16, 5, PROMPT_POLICY).completionSeconds())
                .isEqualTo(4 * (0.14 + 2.59), within(1e-6));
    }

    @Test
    void thePapersBaselineTakesOneAfterTheOther() {
        TeacherPolicy one = PROMPT_POLICY.withBatchSize(1);
        assertThat(SIMULATION.paperTime(16, one).seconds()).isEqualTo(16 * (0.1 + 29.9), within(1e-6));
        assertThat(SIMULATION.paperTime(16, one.withPrefixReuse(false)).seconds())
                .isEqualTo(16 * (0.6 + 29.9), within(1e-6));
        assertThat(SIMULATION.paperTime(16, PROMPT_POLICY).seconds()).isLessThan(16 * 30 / 10);
    }

    /** As when the teacher writes less than a word. */
    @Test
    void guidanceOfNoTokensLeavesTheWholeAnswerToTheStudent() {
        Workload empty = new Workload(WORKLOAD.teacher(), WORKLOAD.student(), 40, 0, 300);
        Outcome outcome = new Simulation(TEACHER, STUDENT, empty, NEAR).guided(1, 1, 1, PROMPT_POLICY, PATIENT);
        double guidance = WAY_UP + 100 + 39 * 100 + WAY_DOWN;
        assertThat(outcome.totalMs().p50()).isEqualTo(guidance + 300 * 10, within(1e-3));
    }
}
