package io.gkt.student.generation;

import io.gkt.service.ApiException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Lets a limited number of generations run, and a limited number wait for their turn, first come first served. */
public final class Admission {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final int capacity;
    private final int queueCapacity;
    private final Semaphore permits;
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * @param capacity      generations at the same time
     * @param queueCapacity requests that may wait
     */
    public Admission(int capacity, int queueCapacity) {
        this.capacity = capacity;
        this.queueCapacity = queueCapacity;
        this.permits = new Semaphore(capacity, true);
    }

    /**
     * Waits for a turn, which the caller must {@link #leave}.
     *
     * @param longest the longest wait
     * @throws ApiException 429 if too many wait already, 503 if the turn does not come
     */
    void enter(Duration longest) {
        if (permits.tryAcquire()) {
            return;
        }
        if (waiting.incrementAndGet() > queueCapacity) {
            waiting.decrementAndGet();
            throw ApiException.queueFull(RETRY_AFTER);
        }
        try {
            if (!permits.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS)) {
                throw ApiException.unavailable("The edge is busy; the request waited too long.", RETRY_AFTER);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ApiException.unavailable("The edge is stopping.", RETRY_AFTER);
        } finally {
            waiting.decrementAndGet();
        }
    }

    void leave() {
        permits.release();
    }

    /** @return requests that wait */
    public int waiting() {
        return waiting.get();
    }

    /** @return generations under way */
    public int running() {
        return capacity - permits.availablePermits();
    }
}
