package io.gkt.student.guidance;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What became of a request's guidance. */
public enum GuidanceOutcome {
    /** The answer begins with the teacher's text. */
    USED,
    /** The teacher's text is the whole answer. */
    COMPLETE,
    /** The answer begins with text that came with the request. */
    GIVEN,
    /** None was asked for. */
    SKIPPED,
    /** The teacher wrote less than a word. */
    EMPTY,
    /** It did not come in time. */
    FALLBACK_TIMEOUT,
    /** The teacher has failed too often of late and is left alone for a while. */
    FALLBACK_CIRCUIT_OPEN,
    /** The teacher, or this edge's own limit on calls to it, refused. */
    FALLBACK_REJECTED,
    /** The teacher could not be reached, broke off, or said something that is no guidance. */
    FALLBACK_ERROR;

    /** @return how it is written in responses and metrics */
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @return whether the answer begins with text that the student did not write */
    public boolean helped() {
        return this == USED || this == COMPLETE || this == GIVEN;
    }
}
