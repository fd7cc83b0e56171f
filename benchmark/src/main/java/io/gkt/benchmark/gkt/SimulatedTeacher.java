package io.gkt.benchmark.gkt;

import io.gkt.inference.batch.BatchForecast;
import io.gkt.inference.batch.StepCosts;
import io.gkt.inference.batch.UsualRequest;
import io.gkt.inference.batch.Work;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;

/**
 * The teacher's continuous batching in simulated time, step by step as {@code MicroBatcher} plans it. What a step takes
 * is {@link StepCost}'s.
 */
final class SimulatedTeacher {

    /** Told to who is refused before any step has been timed, as in the teacher. */
    private static final long SOON = 1_000_000_000;

    private final Timeline timeline;
    private final StepCost cost;
    private final TeacherPolicy policy;
    private final Workload.Prompt prompt;

    private final ArrayDeque<Row> waiting = new ArrayDeque<>();
    private final List<Row> running = new ArrayList<>();
    /** Slots that hold the beginning that all prompts share. */
    private int warmSlots;

    private int coldSlots;
    private boolean busy;
    private StepCosts costs = StepCosts.UNKNOWN;
    private UsualRequest usual = UsualRequest.UNKNOWN;
    private long stepBegan;

    private long submitted;
    private long finished;
    private long refused;
    private long shed;
    private long expired;
    private long busyNanos;
    private long steps;
    private long rowsOfSteps;
    private long areaInside;
    private long insideSince;
    private long nanosInside;
    private final List<Double> queueMs = new ArrayList<>();

    private static final class Row {
        final Ask ask;
        final long arrival;
        long admitted = -1;
        int cached;
        int inCache;
        /** Of the prompt, before the step that runs. */
        int promptBefore;

        int written;

        Row(Ask ask, long arrival) {
            this.ask = ask;
            this.arrival = arrival;
        }
    }

    SimulatedTeacher(Timeline timeline, StepCost cost, TeacherPolicy policy, Workload.Prompt prompt) {
        this.timeline = timeline;
        this.cost = cost;
        this.policy = policy;
        this.prompt = prompt;
        this.coldSlots = policy.maxBatchSize();
    }

    /** Lets the slots hold what all prompts share, as after a while of work. */
    void warmUp() {
        warmSlots += coldSlots;
        coldSlots = 0;
    }

    void submit(Ask ask) {
        submitted++;
        Row row = new Row(ask, timeline.now());
        if (waiting.size() >= policy.queueCapacity()) {
            refused++;
            ask.onFull().accept(costs.known() ? soonest(row) : SOON);
            return;
        }
        if (policy.shedding() && inside() > 0 && costs.known() && !forecast().takes(work(waiting), work(row))) {
            shed++;
            ask.onShed().run();
            return;
        }
        countInside();
        waiting.add(row);
        if (!busy) {
            awaitCompany();
        }
    }

    private BatchForecast forecast() {
        return new BatchForecast(costs, policy.maxBatchSize(), policy.maxStepTokens(), work(running));
    }

    private long soonest(Row row) {
        return (long) forecast().soonest(work(waiting), work(row));
    }

    private List<Work> work(Collection<Row> rows) {
        return rows.stream().map(this::work).toList();
    }

    /** What runs is as it was before the step that runs, and times count from there. */
    private Work work(Row row) {
        long now = running.isEmpty() ? timeline.now() : stepBegan;
        boolean runs = row.admitted >= 0;
        return new Work(
                runs ? row.promptBefore : usual.uncached(prompt.tokens()),
                usual.remaining(0, row.ask.tokens(), row.written),
                row.ask.deadline() == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : row.ask.deadline() - now);
    }

    private int inside() {
        return waiting.size() + running.size();
    }

    private void countInside() {
        areaInside += inside() * (timeline.now() - insideSince);
        insideSince = timeline.now();
    }

    private void awaitCompany() {
        dropExpired();
        if (busy || waiting.isEmpty()) {
            return;
        }
        long delay = waiting.peek().arrival + Timeline.nanos(policy.maxBatchDelayMs()) - timeline.now();
        if (delay <= 0 || waiting.size() >= policy.maxBatchSize()) {
            step();
        } else {
            timeline.after(delay, this::awaitCompany);
        }
    }

    private void dropExpired() {
        for (Iterator<Row> rows = waiting.iterator(); rows.hasNext(); ) {
            Row row = rows.next();
            if (row.ask.deadline() <= timeline.now()) {
                countInside();
                rows.remove();
                expire(row);
            }
        }
    }

    private void expire(Row row) {
        expired++;
        timeline.after(0, row.ask.onExpired());
    }

    private void step() {
        busy = true;
        dropExpired();
        stepBegan = timeline.now();
        dropLate();
        while (!waiting.isEmpty() && mayBegin(waiting.peek())) {
            admit(waiting.poll());
            dropLate();
        }
        running.forEach(row -> row.promptBefore = Math.max(0, prompt.tokens() - row.inCache));
        List<Row> decoding = new ArrayList<>();
        List<Row> newcomers = new ArrayList<>();
        running.forEach(row -> (row.written > 0 ? decoding : newcomers).add(row));
        double context = decoding.stream().mapToDouble(row -> row.inCache).sum();
        int left = policy.maxStepTokens() - decoding.size();
        int prefill = 0;
        double positions = 0;
        int rows = decoding.size();
        List<Row> complete = new ArrayList<>(decoding);
        for (Row row : newcomers) {
            int chunk = Math.min(left, prompt.tokens() - row.inCache);
            if (chunk > 0) {
                rows++;
                prefill += chunk;
                positions += (double) chunk * row.inCache;
                row.inCache += chunk;
                left -= chunk;
                if (row.inCache == prompt.tokens()) {
                    complete.add(row);
                }
            }
        }
        decoding.forEach(row -> row.inCache++);
        steps++;
        rowsOfSteps += rows;
        long nanos =
                Timeline.nanos(cost.step(decoding.size(), context, prefill, prefill == 0 ? 0 : positions / prefill));
        busyNanos += nanos;
        int computed = prefill;
        timeline.after(nanos, () -> {
            costs = costs.measured(decoding.size(), computed, nanos);
            stepped(complete);
        });
    }

    private boolean mayBegin(Row row) {
        return policy.shedding() && costs.known()
                ? forecast().hasRoomFor(work(row))
                : running.size() < policy.maxBatchSize();
    }

    /** Turns away whom it would no longer help to begin. */
    private void dropLate() {
        if (!policy.shedding() || !costs.known() || running.isEmpty()) {
            return;
        }
        BatchForecast forecast = forecast();
        for (Iterator<Row> rows = waiting.iterator(); rows.hasNext(); ) {
            Row row = rows.next();
            if (forecast.isTooLateFor(work(row))) {
                countInside();
                rows.remove();
                shed++;
                timeline.after(0, row.ask.onShed());
            }
        }
    }

    private void admit(Row row) {
        boolean warm = warmSlots > 0;
        if (warm) {
            warmSlots--;
        } else {
            coldSlots--;
        }
        row.admitted = timeline.now();
        row.cached = warm && policy.prefixReuse() ? prompt.shared() : 0;
        row.inCache = row.cached;
        row.promptBefore = prompt.tokens() - row.inCache;
        usual = usual.begun(prompt.tokens(), row.cached);
        queueMs.add(Timeline.milliseconds(row.admitted - row.arrival));
        running.add(row);
    }

    private void stepped(List<Row> withToken) {
        for (Row row : withToken) {
            row.written++;
            if (row.written == 1) {
                timeline.after(0, row.ask.onFirst());
            }
        }
        countInside();
        for (Row row : List.copyOf(running)) {
            if (row.written >= row.ask.tokens()) {
                leave(row);
                finished++;
                nanosInside += timeline.now() - row.arrival;
                timeline.after(0, row.ask.onFinished());
            } else if (row.ask.deadline() <= timeline.now()) {
                leave(row);
                expire(row);
            }
        }
        running.forEach(row -> row.promptBefore = Math.max(0, prompt.tokens() - row.inCache));
        // What those told do at this time comes first: their next requests find the batch between two steps.
        timeline.after(0, () -> {
            if (running.isEmpty()) {
                busy = false;
                awaitCompany();
            } else {
                step();
            }
        });
    }

    private void leave(Row row) {
        running.remove(row);
        if (row.inCache >= prompt.shared()) {
            warmSlots++;
        } else {
            coldSlots++;
        }
    }

    /**
     * What the teacher did.
     *
     * @param submitted   requests
     * @param finished    of them answered
     * @param refused     of them turned away because the queue was full
     * @param shed        of them turned away because they would have been late
     * @param expired     of them given up at their deadline
     * @param busyNanos   time in steps
     * @param meanBatch   rows of a step
     * @param meanInside  requests waiting or running, over all the time until the last change
     * @param meanNanosInside time from arrival to end of those answered
     * @param queueMs     waits of those admitted
     */
    record Report(
            long submitted,
            long finished,
            long refused,
            long shed,
            long expired,
            long busyNanos,
            double meanBatch,
            double meanInside,
            double meanNanosInside,
            List<Double> queueMs) {}

    Report report() {
        return new Report(
                submitted,
                finished,
                refused,
                shed,
                expired,
                busyNanos,
                steps == 0 ? 0 : (double) rowsOfSteps / steps,
                insideSince == 0 ? 0 : (double) areaInside / insideSince,
                finished == 0 ? 0 : (double) nanosInside / finished,
                List.copyOf(queueMs));
    }
}
