package io.gkt.student.generation;

import io.gkt.service.ApiException;
import io.gkt.service.access.FairQueue;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Lets a limited number of generations run, and a limited number wait for their turn; callers take turns. */
public final class Admission {

    static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final int capacity;
    private final FairQueue<CompletableFuture<Void>> queue;
    private int running;

    /**
     * @param capacity      generations at the same time
     * @param queueCapacity requests that may wait
     */
    public Admission(int capacity, int queueCapacity) {
        this.capacity = capacity;
        this.queue = new FairQueue<>(queueCapacity);
    }

    /**
     * Asks for a turn, which the caller must {@link #leave} whatever becomes of it.
     *
     * @param caller whose it is
     * @return completes when the turn has come; fails with an {@link ApiException}, 429, if too many wait
     */
    synchronized CompletableFuture<Void> enter(String caller) {
        CompletableFuture<Void> turn = new CompletableFuture<>();
        if (running < capacity) {
            running++;
            turn.complete(null);
        } else {
            queue.add(caller, turn)
                    .ifPresent(refused -> refused.completeExceptionally(ApiException.queueFull(RETRY_AFTER)));
        }
        return turn;
    }

    /** Ends a turn, or the wait for it. */
    synchronized void leave(CompletableFuture<Void> turn) {
        if (queue.remove(turn) || turn.isCompletedExceptionally()) {
            return;
        }
        CompletableFuture<Void> next = queue.poll();
        if (next == null) {
            running--;
        } else {
            next.complete(null);
        }
    }

    /** @return requests that wait */
    public synchronized int waiting() {
        return queue.size();
    }

    /** @return generations under way */
    public synchronized int running() {
        return running;
    }
}
