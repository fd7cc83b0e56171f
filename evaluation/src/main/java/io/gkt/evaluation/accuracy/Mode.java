package io.gkt.evaluation.accuracy;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Who answers. */
public enum Mode {
    /** The student alone. */
    STUDENT("off"),
    /** The teacher alone. */
    TEACHER("only"),
    /** The teacher begins, the student finishes. */
    GKT("auto");

    private final String guidanceMode;

    Mode(String guidanceMode) {
        this.guidanceMode = guidanceMode;
    }

    /** What the edge calls it. */
    String guidanceMode() {
        return guidanceMode;
    }

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
