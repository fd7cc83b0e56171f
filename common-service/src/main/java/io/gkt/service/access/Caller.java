package io.gkt.service.access;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.gkt.service.ApiException;
import jakarta.servlet.ServletRequest;
import java.time.Duration;

/** Who sent a request, as far as it is known, and what they may take. */
public final class Caller {

    /** Where there are no keys, everybody. */
    static final Caller ANYBODY = new Caller("anybody", null, null);

    private static final String ATTRIBUTE = Caller.class.getName();
    private static final Duration BUSY_RETRY = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final String name;
    private final Bulkhead atOnce;
    private final RateLimiter rate;

    /**
     * @param name              for logs
     * @param maxConcurrent     requests at the same time; null for no limit
     * @param requestsPerMinute requests in a minute; null for no limit
     */
    Caller(String name, Integer maxConcurrent, Integer requestsPerMinute) {
        this.name = name;
        this.atOnce = maxConcurrent == null
                ? null
                : Bulkhead.of(
                        name,
                        BulkheadConfig.custom()
                                .maxConcurrentCalls(maxConcurrent)
                                .maxWaitDuration(Duration.ZERO)
                                .build());
        this.rate = requestsPerMinute == null
                ? null
                : RateLimiter.of(
                        name,
                        RateLimiterConfig.custom()
                                .limitForPeriod(requestsPerMinute)
                                .limitRefreshPeriod(MINUTE)
                                .timeoutDuration(Duration.ZERO)
                                .build());
    }

    /**
     * The sender of a request; requests of the same sender have the same.
     *
     * @param request a request that was let in
     * @return who sent it
     */
    public static Caller of(ServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof Caller caller ? caller : ANYBODY;
    }

    /** @return the key's name in the settings */
    public String name() {
        return name;
    }

    /**
     * Lets one request of theirs in.
     *
     * @return to be run once it has ended
     * @throws ApiException 429 if they are at their limit
     */
    Runnable enter(ServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
        if (rate != null && !rate.acquirePermission()) {
            throw ApiException.keyLimit("This API key has no requests left in this minute.", MINUTE);
        }
        if (atOnce == null) {
            return () -> {};
        }
        if (!atOnce.tryAcquirePermission()) {
            throw ApiException.keyLimit("This API key has as many requests under way as it may.", BUSY_RETRY);
        }
        return atOnce::onComplete;
    }
}
