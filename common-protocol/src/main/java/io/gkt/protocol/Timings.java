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
public record Timings(double queueMs, double prefillMs, double decodeMs, double batchSize) {}
