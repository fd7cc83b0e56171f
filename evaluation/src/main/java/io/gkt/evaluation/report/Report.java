package io.gkt.evaluation.report;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code report DIR}: one HTML page about the runs in a directory. */
@Command(
        name = "report",
        description = {
            "Makes one self-contained HTML page of the runs in a directory, such as sweep leaves.",
            "",
            "It shows accuracy by length of the guidance and by cost, how latencies are spread, the figures as tables, and "
                    + "examples with the guidance highlighted. Runs without a summary are left out."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar evaluation.jar report runs/demo",
            "  java -jar evaluation.jar report runs/demo --out demo.html"
        })
public final class Report implements Callable<Integer> {

    @Parameters(paramLabel = "DIR", description = "Where the runs left their NAME.summary.json and NAME.jsonl.")
    private Path directory;

    @Option(names = "--out", paramLabel = "FILE.html", description = "The page. Default: report.html in DIR.")
    private Path out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        System.setProperty("java.awt.headless", "true");
        List<Run> runs = Run.readAll(directory);
        List<String> datasets = runs.stream()
                .map(run -> run.summary().dataset().toString())
                .distinct()
                .toList();
        if (datasets.size() > 1) {
            throw new IOException(directory + " holds runs on different data (" + String.join(", ", datasets)
                    + "); put those that belong together into a directory of their own");
        }
        Path page = out == null ? directory.resolve("report.html") : out;
        Files.writeString(page, new Page(runs).html());
        PrintWriter terminal = spec.commandLine().getOut();
        terminal.println(page);
        terminal.flush();
        return ExitCode.OK;
    }
}
