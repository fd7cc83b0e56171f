package io.gkt.student.guidance;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.gkt.service.upstream.ServerConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** One of several teachers, any of which will do: how it is reached, and whether it is to be left alone. */
public final class TeacherReplica {

    /** No server is right to send everybody away for longer. */
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);

    private final ServerConnection connection;
    private final CircuitBreaker circuitBreaker;
    private final AtomicLong busyUntil = new AtomicLong(System.nanoTime());

    /**
     * @param connection     how it is reached
     * @param circuitBreaker leaves it alone while it keeps failing
     */
    public TeacherReplica(ServerConnection connection, CircuitBreaker circuitBreaker) {
        this.connection = connection;
        this.circuitBreaker = circuitBreaker;
    }

    ServerConnection connection() {
        return connection;
    }

    /** Passes it over for a while, as it asked. */
    void rest(Duration wanted) {
        Duration rest = wanted.compareTo(LONGEST_REST) < 0 ? wanted : LONGEST_REST;
        busyUntil.set(System.nanoTime() + rest.toNanos());
    }

    /**
     * Makes a call, unless it is to be left alone.
     *
     * @param remaining time that is left for an answer
     * @param call      asks it
     */
    CompletionStage<Guidance> call(Duration remaining, Supplier<CompletionStage<Guidance>> call) {
        Duration rest = Duration.ofNanos(busyUntil.get() - System.nanoTime());
        if (!rest.isNegative()) {
            return CompletableFuture.failedFuture(
                    TeacherFailure.resting(rest.compareTo(remaining) < 0 ? rest.plusMillis(1) : null));
        }
        return circuitBreaker.executeCompletionStage(call);
    }
}
