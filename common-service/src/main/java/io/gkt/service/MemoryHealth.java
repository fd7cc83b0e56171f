package io.gkt.service;

import java.time.Duration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Not ready for a while after memory has run out, so that others are asked instead. */
public final class MemoryHealth implements HealthIndicator {

    /** How long requests had better go elsewhere. */
    public static final Duration RECOVERY = Duration.ofSeconds(10);

    private volatile long ranOut = System.nanoTime() - RECOVERY.toNanos();

    /** Work failed for want of memory. */
    public void ranOut() {
        ranOut = System.nanoTime();
    }

    @Override
    public Health health() {
        boolean recovered = System.nanoTime() - ranOut >= RECOVERY.toNanos();
        return (recovered ? Health.up() : Health.down().withDetail("reason", "memory has run out")).build();
    }
}
