package io.gkt.fuzz;

import java.util.List;
import java.util.regex.Pattern;

/** What a service has logged. */
final class Journal {

    /** Who would have logged what clients tried to forge. */
    static final String FORGED = "Forged";

    private static final Pattern LINE =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ (DEBUG|INFO |WARN |ERROR) (?!"
                    + FORGED + ")\\S+: [^\\p{Cntrl}]*");
    /** The virtual machine's own. */
    private static final String OPTIONS = "Picked up ";

    private Journal() {}

    /** @return lines that are no lines of the log, or tell of failures */
    static List<String> faults(String log) {
        return log.lines()
                .filter(line -> !line.startsWith(OPTIONS))
                .filter(line -> !LINE.matcher(line).matches() || line.contains(" ERROR "))
                .toList();
    }
}
