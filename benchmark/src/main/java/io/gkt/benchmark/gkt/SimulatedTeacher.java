package io.gkt.benchmark.gkt;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The teacher's continuous batching in simulated time, step by step as {@code MicroBatcher} plans it. What a step takes
 * is {@link StepCost}'s.
 */
final class SimulatedTeacher {

    /** Weight of the newest request in the mean time that requests take, as in the teacher. */
    private static final double NEWEST = 0.1;

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
    private double meanNanos = 1e9;

    private long submitted;
    private long finished;
    private long refused;
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
        long admitted;
        int cached;
        int inCache;
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
        if (waiting.size() >= policy.queueCapacity()) {
            refused++;
            ask.onRefused().accept((long) (waiting.size() * meanNanos / policy.maxBatchSize()));
            return;
        }
        countInside();
        waiting.add(new Row(ask, timeline.now()));
        if (!busy) {
            awaitCompany();
        }
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
        while (!waiting.isEmpty() && running.size() < policy.maxBatchSize()) {
            admit(waiting.poll());
        }
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
        timeline.after(nanos, () -> stepped(complete));
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
                long took = timeline.now() - row.admitted;
                meanNanos += NEWEST * (took - meanNanos);
                nanosInside += timeline.now() - row.arrival;
                timeline.after(0, row.ask.onFinished());
            } else if (row.ask.deadline() <= timeline.now()) {
                leave(row);
                expire(row);
            }
        }
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
                expired,
                busyNanos,
                steps == 0 ? 0 : (double) rowsOfSteps / steps,
                insideSince == 0 ? 0 : (double) areaInside / insideSince,
                finished == 0 ? 0 : (double) nanosInside / finished,
                List.copyOf(queueMs));
    }
}
