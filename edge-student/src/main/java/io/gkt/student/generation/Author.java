package io.gkt.student.generation;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Who wrote a piece of an answer. */
public enum Author {
    /** The large model in the cloud. */
    TEACHER,
    /** The small model here. */
    STUDENT;

    /** @return how it is written in responses */
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
