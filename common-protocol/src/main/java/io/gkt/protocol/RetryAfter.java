package io.gkt.protocol;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.Optional;

/** Whether and when a server that is busy wants to be asked again. */
public final class RetryAfter {

    /** Its value is {@code false} where the same request would be refused again; OpenAI's clients look at it. */
    public static final String SHOULD_RETRY = "x-should-retry";

    private RetryAfter() {}

    /**
     * @param headers of a response with status 429 or 503
     * @return {@code Retry-After-Ms}, as OpenAI's servers say it, or {@code Retry-After} in seconds; empty if neither is
     *     there, or says a date or nothing sensible
     */
    public static Optional<Duration> of(HttpHeaders headers) {
        return number(headers, "Retry-After-Ms")
                .map(Duration::ofMillis)
                .or(() -> number(headers, "Retry-After").map(Duration::ofSeconds));
    }

    /**
     * @param headers of a response with status 429 or 503
     * @return whether the same request may be sent again after a while
     */
    public static boolean welcome(HttpHeaders headers) {
        return !headers.firstValue(SHOULD_RETRY).filter("false"::equals).isPresent();
    }

    private static Optional<Long> number(HttpHeaders headers, String name) {
        return headers.firstValue(name)
                .filter(value -> value.matches("\\d{1,9}"))
                .map(Long::valueOf);
    }
}
