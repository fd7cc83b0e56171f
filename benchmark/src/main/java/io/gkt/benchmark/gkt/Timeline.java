package io.gkt.benchmark.gkt;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Simulated time: what is to happen, in order. Events of the same time happen in the order they were planned in. */
final class Timeline {

    static final double NANOS_PER_MILLI = 1e6;

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::time).thenComparingLong(Event::number));
    private long now;
    private long planned;

    private record Event(long time, long number, Runnable action) {}

    /** @return nanoseconds since the beginning */
    long now() {
        return now;
    }

    /** @param delay nanoseconds from now; a negative one counts as none */
    void after(long delay, Runnable action) {
        events.add(new Event(now + Math.max(0, delay), planned++, action));
    }

    /** Lets everything happen that is planned, and what comes of it. */
    void run() {
        for (Event next = events.poll(); next != null; next = events.poll()) {
            now = next.time();
            next.action().run();
        }
    }

    static long nanos(double milliseconds) {
        return Math.round(milliseconds * NANOS_PER_MILLI);
    }

    static double milliseconds(long nanos) {
        return nanos / NANOS_PER_MILLI;
    }
}
