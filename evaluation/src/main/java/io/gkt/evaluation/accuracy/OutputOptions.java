package io.gkt.evaluation.accuracy;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options that say where results go, and how fast. */
final class OutputOptions {

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE.jsonl",
            description = "Where results go, one a line, as they come; a summary goes to FILE.summary.json.")
    private Path out;

    @Option(
            names = "--resume",
            description = "Go on with a file that a run with the same options left: only what it lacks is asked.")
    private boolean resume;

    @Option(
            names = "--concurrency",
            converter = Positive.class,
            paramLabel = "C",
            defaultValue = "4",
            description = "Requests at the same time. Default: ${DEFAULT-VALUE}")
    private int concurrency;

    Path out() {
        return out;
    }

    boolean resume() {
        return resume;
    }

    int concurrency() {
        return concurrency;
    }
}
