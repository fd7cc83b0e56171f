package io.gkt.service;

import io.gkt.protocol.GuidanceApi;
import java.time.Duration;

/** How long a client waits for its answer, as it says in the header {@value GuidanceApi#DEADLINE_HEADER}. */
public final class DeadlineHeader {

    /** What the header looks like. */
    public static final String PATTERN = "^\\d{1,18}$";

    private DeadlineHeader() {}

    /**
     * @param value     the header's; null if absent
     * @param otherwise what holds where it is absent
     * @param longest   what more than that comes to
     * @return the time for the answer, from the request's arrival
     * @throws ApiException 400 if it is no whole number of milliseconds
     */
    public static Duration read(String value, Duration otherwise, Duration longest) {
        if (value == null) {
            return otherwise;
        }
        if (!value.matches(PATTERN)) {
            throw ApiException.invalid(
                    GuidanceApi.DEADLINE_HEADER,
                    "The header " + GuidanceApi.DEADLINE_HEADER + " must be a whole number of milliseconds.");
        }
        Duration wanted = Duration.ofMillis(Long.parseLong(value));
        return wanted.compareTo(longest) < 0 ? wanted : longest;
    }
}
