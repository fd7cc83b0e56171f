package io.gkt.evaluation;

import java.io.PrintWriter;
import picocli.CommandLine.ExitCode;

/** Whether a comparison passes, as it is printed. */
enum Verdict {
    PASS,
    FAIL;

    static Verdict of(boolean passes) {
        return passes ? PASS : FAIL;
    }

    /** Prints the verdict on all of them together and returns the exit code; nothing compared is a failure. */
    static int conclude(long compared, long failed, PrintWriter out) {
        boolean passes = compared > 0 && failed == 0;
        out.printf("%s: %d of %d comparisons pass%n", of(passes), compared - failed, compared);
        out.flush();
        return passes ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
