package io.gkt.evaluation.accuracy;

import com.fasterxml.jackson.annotation.JsonInclude;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The {@code guidance} field of a request to the edge.
 *
 * @param mode      {@code auto}, {@code off} or {@code only}
 * @param maxTokens most tokens of guidance; null leaves it to the edge
 * @param timeoutMs longest wait for the teacher; null leaves it to the edge
 * @param text      guidance that is there already; null if the edge is to ask for it
 * @param complete  whether that text is the whole answer; null without it
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record GuidanceWish(String mode, Integer maxTokens, Integer timeoutMs, String text, Boolean complete) {

    /** Long enough that how busy the machines are does not change the answers. */
    private static final int PATIENCE_MS = 120_000;

    /** @param maxTokens may be null */
    static GuidanceWish of(Mode mode, Integer maxTokens) {
        return new GuidanceWish(mode.guidanceMode(), maxTokens, PATIENCE_MS, null, null);
    }

    static GuidanceWish of(Guidance given) {
        return new GuidanceWish(Mode.GKT.guidanceMode(), null, null, given.guidance(), given.complete());
    }
}
