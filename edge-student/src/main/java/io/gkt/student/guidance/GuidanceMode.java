package io.gkt.student.guidance;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Who answers. */
public enum GuidanceMode {
    /** The teacher begins and the student finishes; without the teacher, the student answers alone. */
    @JsonProperty("auto")
    AUTO,
    /** The student alone: the prompt stays on this machine. */
    @JsonProperty("off")
    OFF,
    /** The teacher alone. */
    @JsonProperty("only")
    ONLY
}
