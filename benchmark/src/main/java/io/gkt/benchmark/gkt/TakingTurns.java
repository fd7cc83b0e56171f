package io.gkt.benchmark.gkt;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * An edge's decoder, whose answers' steps take turns. As the steps are short, several under way share it evenly
 * (processor sharing).
 */
final class TakingTurns {

    private final Timeline timeline;
    private final PriorityQueue<Job> jobs =
            new PriorityQueue<>(Comparator.comparingDouble(Job::end).thenComparingLong(Job::number));
    /** Nanoseconds of work that each job has had that was there from the beginning. */
    private double progress;

    private long updated;
    private long started;
    private long changes;

    private record Job(double end, long number, Runnable done) {}

    TakingTurns(Timeline timeline) {
        this.timeline = timeline;
    }

    /**
     * @param work nanoseconds that it takes alone
     * @param done happens when it is done
     */
    void work(long work, Runnable done) {
        advance();
        jobs.add(new Job(progress + work, started++, done));
        plan();
    }

    private void advance() {
        if (!jobs.isEmpty()) {
            progress += (double) (timeline.now() - updated) / jobs.size();
        }
        updated = timeline.now();
    }

    private void plan() {
        long change = ++changes;
        Job next = jobs.peek();
        if (next != null) {
            timeline.after((long) Math.ceil((next.end() - progress) * jobs.size()), () -> {
                if (change == changes) {
                    advance();
                    jobs.poll();
                    plan();
                    next.done().run();
                }
            });
        }
    }
}
