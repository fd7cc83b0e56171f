package io.gkt.evaluation.accuracy;

import java.time.Duration;
import java.time.Instant;

/**
 * How a run went so far.
 *
 * @param started when
 * @param elapsed how long it has taken
 * @param errors  requests that failed
 */
record Pace(Instant started, Duration elapsed, int errors) {

    double seconds() {
        return elapsed.toMillis() / 1e3;
    }
}
