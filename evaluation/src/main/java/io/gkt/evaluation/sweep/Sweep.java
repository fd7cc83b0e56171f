package io.gkt.evaluation.sweep;

import io.gkt.evaluation.accuracy.AccuracyRun;
import io.gkt.evaluation.accuracy.Mode;
import io.gkt.evaluation.accuracy.RunOptions;
import io.gkt.evaluation.report.Comparison;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sweep}: accuracy and cost over lengths of guidance. */
@Command(
        name = "sweep",
        description = {
            "Measures accuracy and cost over lengths of guidance, and of both models alone.",
            "",
            "Runs, after a warm-up: the student alone, the teacher alone under the same load and once more one request at a "
                    + "time, and the student with guidance of each length. Each is a run of accuracy and leaves NAME.jsonl "
                    + "and NAME.summary.json in DIR; sweep.json has them all with what they save. After Ctrl-C, --resume "
                    + "goes on. 'report DIR' makes a page of it."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar evaluation.jar sweep --edge http://127.0.0.1:8080 --teacher http://127.0.0.1:8090 --out runs/demo",
            "  java -jar evaluation.jar sweep --edge http://127.0.0.1:8080 --dataset gsm8k --data test.jsonl --limit 200 \\",
            "      --lengths 0,10,20,40,80 --concurrency 8 --out runs/gsm8k"
        })
public final class Sweep implements Callable<Integer> {

    @Mixin
    private RunOptions run;

    @Option(
            names = "--lengths",
            split = ",",
            paramLabel = "N",
            description =
                    "Tokens of guidance, separated by commas; 0 is the student alone, which is always run. Default: "
                            + "0,4,...,24 for the demo; for others every 5 up to the teacher's mean answer.")
    private List<Integer> lengths;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where the runs leave their files.")
    private Path directory;

    @Option(names = "--resume", description = "Keep what runs with the same options left in DIR, and make the rest.")
    private boolean resume;

    @Option(
            names = "--concurrency",
            paramLabel = "C",
            defaultValue = "4",
            description = "Requests at the same time. Default: ${DEFAULT-VALUE}")
    private int concurrency;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (concurrency < 1) {
            throw new ParameterException(spec.commandLine(), "--concurrency must be 1 or more");
        }
        if (lengths != null && lengths.stream().anyMatch(length -> length < 0)) {
            throw new ParameterException(spec.commandLine(), "--lengths must be 0 or more");
        }
        PrintWriter out = spec.commandLine().getOut();
        Comparison comparison = new SweepRun(
                        run.settings(Mode.STUDENT, null, null, null, concurrency, resume),
                        directory,
                        AccuracyRun::run,
                        spec.commandLine().getErr())
                .run(lengths);
        out.println();
        out.println(comparison.accuracy().markdown());
        out.println(comparison.cost().markdown());
        out.flush();
        boolean failed =
                comparison.rows().stream().anyMatch(row -> row.summary().errors() > 0);
        return failed ? ExitCode.SOFTWARE : ExitCode.OK;
    }
}
