package io.gkt.evaluation.report;

import java.awt.Color;
import java.util.Locale;

/**
 * What the charts' colours stand for. The page decides what they look like, in light and in dark: the drawn RGB values
 * only tell them apart until {@link #asVariables} puts the page's variables in their place.
 */
enum Colour {
    INK,
    RULE,
    STUDENT,
    GUIDED,
    WITHOUT_LEAKED,
    TEACHER,
    ONE_BY_ONE;

    static final Color NONE = new Color(0, 0, 0, 0);

    Color drawn() {
        return new Color(1 + ordinal(), 2, 3);
    }

    /**
     * @param svg drawn with these colours
     * @return the same with {@code var(--ink)} and so on
     */
    static String asVariables(String svg) {
        String themed = svg;
        for (Colour colour : values()) {
            Color drawn = colour.drawn();
            themed = themed.replace(
                    "rgb(%d,%d,%d)".formatted(drawn.getRed(), drawn.getGreen(), drawn.getBlue()),
                    "var(--" + colour.name().toLowerCase(Locale.ROOT).replace('_', '-') + ")");
        }
        return themed;
    }

    static Colour of(Run run) {
        return switch (run.summary().mode()) {
            case STUDENT -> STUDENT;
            case TEACHER -> run.summary().concurrency() == 1 ? ONE_BY_ONE : TEACHER;
            case GKT -> GUIDED;
        };
    }
}
