package io.gkt.service;

import java.util.Locale;

/** Spells paths to Java properties as requests do. */
final class WireNames {

    private WireNames() {}

    /**
     * @param path as {@code messages[0].content} or {@code options.sampling.topP}
     * @return as {@code messages[0].content} or {@code top_p}: these parameters stand among a request's own fields
     */
    static String of(String path) {
        return path.replaceFirst("^(options\\.)?(sampling\\.)?", "")
                .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                .toLowerCase(Locale.ROOT);
    }
}
