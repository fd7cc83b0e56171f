package io.gkt.service.upstream;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Part of readiness: whether the server behind this one answers. Asked in the background, so that probes are quick. */
public final class UpstreamHealth implements HealthIndicator, AutoCloseable {

    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final ScheduledExecutorService prober = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "upstream-probe");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean there;

    /** @param upstream the server */
    public UpstreamHealth(Upstream upstream) {
        prober.scheduleWithFixedDelay(() -> there = upstream.isThere(), 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public Health health() {
        return there ? Health.up().build() : Health.outOfService().build();
    }

    @Override
    public void close() {
        prober.shutdownNow();
    }
}
