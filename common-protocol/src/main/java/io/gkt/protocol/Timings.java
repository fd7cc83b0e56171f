package io.gkt.protocol;

import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Where a request's time went. All times are in milliseconds and follow one another.
 *
 * @param queueMs   from arrival to its first step
 * @param prefillMs from there to its first token
 * @param decodeMs  from there to its last token
 * @param batchSize rows of the steps it took part in, on average
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Timings(double queueMs, double prefillMs, double decodeMs, double batchSize) {

    /** Rounds to microseconds, and thousandths of a row. */
    public Timings {
        queueMs = rounded(queueMs);
        prefillMs = rounded(prefillMs);
        decodeMs = rounded(decodeMs);
        batchSize = rounded(batchSize);
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
