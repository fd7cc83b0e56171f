package io.gkt.inference.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchForecastTest {

    private static final int SLOTS = 4;
    private static final int STEP_TOKENS = 100;

    /** A step costs 100, and 1 for each token of a prompt. */
    private static final StepCosts COSTS = StepCosts.UNKNOWN.measured(1, 0, 100).measured(0, 50, 150);

    private static final double NO_DEADLINE = Double.POSITIVE_INFINITY;

    private static BatchForecast forecast(Work... running) {
        return new BatchForecast(COSTS, SLOTS, STEP_TOKENS, List.of(running));
    }

    private static Work decoding(double tokens, double left) {
        return new Work(0, tokens, left);
    }

    @Test
    void whereNothingRunsThereIsAlwaysRoom() {
        Work hopeless = new Work(50, 40, 1);

        assertThat(forecast().hasRoomFor(hopeless)).isTrue();
        assertThat(forecast().isTooLateFor(hopeless)).isFalse();
        assertThat(forecast().takes(List.of(), hopeless)).isTrue();
        assertThat(forecast().soonest(List.of(), hopeless)).isZero();
    }

    @Test
    void whoHasNoDeadlineIsNeverTooLate() {
        Work[] full = IntStream.range(0, SLOTS)
                .mapToObj(i -> decoding(40, NO_DEADLINE))
                .toArray(Work[]::new);
        Work patient = new Work(50, 40, NO_DEADLINE);

        assertThat(forecast(full).hasRoomFor(patient))
                .as("all places are taken")
                .isFalse();
        assertThat(forecast(full).takes(List.of(patient, patient), patient)).isTrue();
    }

    @Test
    void whoWouldBeLateIsNotTaken() {
        Work other = decoding(40, NO_DEADLINE);

        assertThat(forecast(other).takes(List.of(), new Work(50, 10, 1_050))).isTrue();
        assertThat(forecast(other).takes(List.of(), new Work(50, 10, 1_049))).isFalse();
        assertThat(forecast(other).isTooLateFor(new Work(50, 10, 1_049))).isTrue();
    }

    @Test
    void whoWouldMakeOthersLateWaits() {
        Work almostDone = decoding(2, 220);
        Work newcomer = new Work(50, 10, 5_000);

        assertThat(forecast(almostDone).hasRoomFor(newcomer)).isFalse();
        assertThat(forecast(almostDone).isTooLateFor(newcomer)).isFalse();
        assertThat(forecast(almostDone).takes(List.of(), newcomer)).isTrue();
        assertThat(forecast(decoding(2, 250)).hasRoomFor(newcomer)).isTrue();
        assertThat(forecast(decoding(2, 150)).hasRoomFor(newcomer))
                .as("who is late anyway")
                .isTrue();
    }

    /** In a full batch its 10 steps and four prompts take 1,200. */
    @Test
    void whoMustWaitIsTakenIfThereIsTimeForAFullBatch() {
        Work[] full = IntStream.range(0, SLOTS)
                .mapToObj(i -> decoding(5, NO_DEADLINE))
                .toArray(Work[]::new);

        assertThat(forecast(full).takes(List.of(), new Work(50, 10, 500 + 1_200)))
                .isTrue();
        assertThat(forecast(full).takes(List.of(), new Work(50, 10, 500 + 1_199)))
                .isFalse();
    }

    @Test
    void soonestIsWhenThereIsRoom() {
        Work[] full = IntStream.range(0, SLOTS)
                .mapToObj(i -> decoding(5, NO_DEADLINE))
                .toArray(Work[]::new);
        Work ahead = new Work(50, 10, NO_DEADLINE);

        assertThat(forecast(full).soonest(List.of(), new Work(50, 10, 1_100))).isEqualTo(500, within(1e-9));
        assertThat(forecast(full).soonest(List.of(ahead, ahead, ahead, ahead), new Work(50, 10, 1_100)))
                .as("the four ahead take 10 steps and their prompts")
                .isEqualTo(500 + 1_200, within(1e-9));
    }

    /** Whoever is let in, with costs as they are: all are done in time. */
    @Test
    void whoIsLetInIsDoneInTime() {
        Random random = new Random(3);
        int inCompany = 0;
        for (int round = 0; round < 2_000; round++) {
            List<Work> running = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                Work work = new Work(1 + random.nextInt(80), 1 + random.nextInt(30), 200 + random.nextInt(6_000));
                BatchForecast now = new BatchForecast(COSTS, SLOTS, STEP_TOKENS, running);
                if (!now.isTooLateFor(work)
                        && now.hasRoomFor(work)
                        && (!running.isEmpty() || alone(work) <= work.left())) {
                    running.add(work);
                }
            }
            inCompany += running.size() - 1;
            assertThat(running).hasSizeLessThanOrEqualTo(SLOTS);
            double[] ends = run(running);
            for (int i = 0; i < ends.length; i++) {
                assertThat(ends[i])
                        .as("%s of %s", i, running)
                        .isLessThanOrEqualTo(running.get(i).left());
            }
        }
        assertThat(inCompany).isGreaterThan(2_000);
    }

    /** It is quick because it leaves out rows which can't matter; here none is left out. */
    @Test
    void decidesAsIfItLookedAtEveryRow() {
        StepCosts costs = COSTS.measured(3, 0, 140);
        Random random = new Random(5);
        int taken = 0;
        int room = 0;
        int late = 0;
        int rounds = 20_000;
        for (int round = 0; round < rounds; round++) {
            List<Work> running = works(random, 1 + random.nextInt(SLOTS), 3_000);
            List<Work> ahead = works(random, random.nextInt(12), 10_000);
            Work newcomer = works(random, 1, 20_000).get(0);

            BatchForecast forecast = new BatchForecast(costs, SLOTS, STEP_TOKENS, running);
            EveryRow every = new EveryRow(costs, running);
            assertThat(forecast.hasRoomFor(newcomer)).isEqualTo(every.hasRoomFor(newcomer));
            assertThat(forecast.isTooLateFor(newcomer)).isEqualTo(every.isTooLateFor(newcomer));
            room += every.hasRoomFor(newcomer) ? 1 : 0;
            late += every.isTooLateFor(newcomer) ? 1 : 0;

            boolean takes = new EveryRow(costs, running).takes(ahead, newcomer);
            assertThat(new BatchForecast(costs, SLOTS, STEP_TOKENS, running).takes(ahead, newcomer))
                    .as("%s after %s beside %s", newcomer, ahead, running)
                    .isEqualTo(takes);
            taken += takes ? 1 : 0;
            assertThat(new BatchForecast(costs, SLOTS, STEP_TOKENS, running).soonest(ahead, newcomer))
                    .as("%s after %s beside %s", newcomer, ahead, running)
                    .isEqualTo(new EveryRow(costs, running).soonest(ahead, newcomer), within(1e-6));
        }
        assertThat(List.of(taken, room, late))
                .allSatisfy(some -> assertThat(some).isBetween(rounds / 20, rounds - rounds / 20));
    }

    private static List<Work> works(Random random, int count, int latest) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Work(
                        random.nextBoolean() ? 0 : random.nextInt(250),
                        1 + random.nextInt(30),
                        random.nextInt(8) == 0 ? NO_DEADLINE : random.nextInt(latest)))
                .toList();
    }

    /** The rules as they read. */
    private static final class EveryRow {

        private final StepCosts costs;
        private List<Work> running;
        private double time;

        EveryRow(StepCosts costs, List<Work> running) {
            this.costs = costs;
            this.running = new ArrayList<>(running);
        }

        boolean hasRoomFor(Work work) {
            List<Work> more = with(work);
            return running.isEmpty()
                    || more.size() <= SLOTS
                            && inTime(work, more)
                            && running.stream().allMatch(other -> inTime(other, more) || !inTime(other, running));
        }

        boolean isTooLateFor(Work work) {
            int rows = Math.min(running.size() + 1, SLOTS);
            return !running.isEmpty() && !inTime(work, rows, prompts(with(work)));
        }

        private List<Work> with(Work work) {
            List<Work> more = new ArrayList<>(running);
            more.add(work);
            return more;
        }

        private static double prompts(List<Work> batch) {
            return batch.stream().mapToDouble(Work::prompt).sum();
        }

        private boolean inTime(Work work, List<Work> batch) {
            return inTime(work, batch.size(), prompts(batch));
        }

        private boolean inTime(Work work, int rows, double prompts) {
            boolean decodes = work.prompt() == 0;
            double steps = work.tokens() + (decodes ? 0 : Math.floor(prompts / STEP_TOKENS));
            double beside = decodes ? Math.min(prompts, work.tokens() * STEP_TOKENS) : prompts;
            return time + steps * costs.decode(rows) + costs.prompt(beside) <= work.left();
        }

        boolean takes(List<Work> ahead, Work newcomer) {
            for (Work next : ahead) {
                if (isTooLateFor(newcomer)) {
                    return false;
                }
                serve(next);
            }
            await(newcomer);
            double full = newcomer.tokens() * costs.decode(SLOTS) + costs.prompt(SLOTS * newcomer.prompt());
            return time == 0 ? !isTooLateFor(newcomer) : time + full <= newcomer.left();
        }

        double soonest(List<Work> ahead, Work newcomer) {
            ahead.forEach(this::serve);
            while (!hasRoomFor(new Work(newcomer.prompt(), newcomer.tokens(), newcomer.left() + time))) {
                advance();
            }
            return time;
        }

        private void serve(Work next) {
            await(next);
            if (!isTooLateFor(next)) {
                running.add(next);
            }
        }

        private void await(Work next) {
            while (!hasRoomFor(next) && !isTooLateFor(next)) {
                advance();
            }
        }

        private void advance() {
            double steps = running.stream().mapToDouble(Work::tokens).min().orElseThrow();
            time += steps * costs.decode(running.size()) + costs.prompt(prompts(running));
            running = new ArrayList<>(running.stream()
                    .filter(work -> work.tokens() > steps)
                    .map(work -> new Work(0, work.tokens() - steps, work.left()))
                    .toList());
        }
    }

    private static double alone(Work work) {
        return work.tokens() * 100 + work.prompt();
    }

    /** Step by step, as a batch does it: tokens for those that decode, and prompts in their order as far as they fit. */
    private static double[] run(List<Work> works) {
        double[] prompt = works.stream().mapToDouble(Work::prompt).toArray();
        double[] tokens = works.stream().mapToDouble(Work::tokens).toArray();
        double[] ends = new double[works.size()];
        double time = 0;
        while (IntStream.range(0, tokens.length).anyMatch(i -> tokens[i] > 0)) {
            double room = STEP_TOKENS;
            double computed = 0;
            boolean[] gets = new boolean[tokens.length];
            for (int i = 0; i < tokens.length; i++) {
                double chunk = tokens[i] > 0 ? Math.min(prompt[i], room) : 0;
                gets[i] = tokens[i] > 0 && prompt[i] == chunk;
                prompt[i] -= chunk;
                room -= chunk;
                computed += chunk;
            }
            time += 100 + computed;
            for (int i = 0; i < tokens.length; i++) {
                if (gets[i] && --tokens[i] == 0) {
                    ends[i] = time;
                }
            }
        }
        return ends;
    }
}
