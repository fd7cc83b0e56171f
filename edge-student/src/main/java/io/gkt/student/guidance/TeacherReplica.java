package io.gkt.student.guidance;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.gkt.service.upstream.ServerConnection;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One of several teachers, any of which will do: how it is reached, and whether it is to be left alone. */
public final class TeacherReplica {

    /** No server is right to send everybody away for longer. */
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(TeacherReplica.class);
    /** A teacher that comes and goes does not fill the log. */
    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(10);

    private final ServerConnection connection;
    private final CircuitBreaker circuitBreaker;
    private final AtomicLong busyUntil = new AtomicLong(System.nanoTime());
    /** Why it gave no guidance when that was last logged; null once it has given some. */
    private String reported;

    private long nextReport = System.nanoTime();

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
        return circuitBreaker.executeCompletionStage(() -> call.get().whenComplete((guidance, failure) -> {
            if (failure == null) {
                reportSuccess();
            } else {
                report(failure instanceof CompletionException ? failure.getCause() : failure);
            }
        }));
    }

    private synchronized void report(Throwable failure) {
        if (failure instanceof CancellationException) {
            return;
        }
        String cause = TeacherFailure.describe(failure);
        if (!cause.equals(reported) && System.nanoTime() - nextReport >= 0) {
            reported = cause;
            nextReport = System.nanoTime() + BETWEEN_REPORTS.toNanos();
            LOG.warn("No guidance from {}: {}", connection, cause);
        }
    }

    private synchronized void reportSuccess() {
        if (reported != null) {
            reported = null;
            LOG.info("Guidance comes again from {}", connection);
        }
    }
}
