package io.gkt.service;

import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/**
 * How long accepted work may go on once the service has been told to stop. What takes longer ends with
 * {@link #refusal()}, as long as there is a web server that can say so: Spring gives it up after
 * {@code spring.lifecycle.timeout-per-shutdown-phase}, and closes connections without a word.
 */
public final class ShutdownGrace implements SmartLifecycle {

    /** Of the time that the web server waits, or half of it: for the last step and for telling clients. */
    private static final Duration RESERVE = Duration.ofSeconds(5);

    private static final Duration RESTART = Duration.ofSeconds(5);

    private final long nanos;
    private volatile boolean running;
    private volatile boolean stopping;
    private volatile long end;

    /** @param phase how long the web server waits for requests that are under way */
    public ShutdownGrace(Duration phase) {
        this.nanos = Math.max(phase.minus(RESERVE).toNanos(), phase.dividedBy(2).toNanos());
    }

    /** @return whether whatever is still under way must end now */
    public boolean isOver() {
        return stopping && System.nanoTime() - end >= 0;
    }

    /** @return 503, which is how it ends */
    public static ApiException refusal() {
        return ApiException.unavailable("The service is shutting down; try another one, or later.", RESTART);
    }

    @Override
    public void start() {
        running = true;
    }

    /** Time runs from now on. */
    @Override
    public void stop() {
        end = System.nanoTime() + nanos;
        stopping = true;
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
