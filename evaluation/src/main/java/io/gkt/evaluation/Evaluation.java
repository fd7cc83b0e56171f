package io.gkt.evaluation;

import io.gkt.evaluation.accuracy.Accuracy;
import io.gkt.evaluation.accuracy.Compare;
import io.gkt.evaluation.accuracy.Complete;
import io.gkt.evaluation.accuracy.Overhead;
import io.gkt.evaluation.accuracy.StageOne;
import io.gkt.evaluation.report.Report;
import io.gkt.evaluation.sweep.Sweep;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line. Exit codes: 0 all is well, 1 something is not, 2 wrong usage. */
@Command(
        name = "evaluation",
        description = "Verifies models, and shows and measures what guidance does.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        version = "0.1.0",
        subcommands = {
            VerifyCheckpoint.class,
            VerifyTokenizer.class,
            Compare.class,
            Overhead.class,
            Accuracy.class,
            StageOne.class,
            Complete.class,
            Sweep.class,
            Report.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all is well",
            "1:a verification or a request failed, or something could not be read",
            "2:wrong usage"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar evaluation.jar verify-checkpoint models/qwen3-tiny",
            "  java -jar evaluation.jar verify-tokenizer models/qwen3-tiny expected.json",
            "  java -jar evaluation.jar compare --edge http://127.0.0.1:8080",
            "  java -jar evaluation.jar accuracy --edge http://127.0.0.1:8080 --mode gkt --out gkt.jsonl",
            "  java -jar evaluation.jar sweep --edge http://127.0.0.1:8080 --out runs/demo",
            "  java -jar evaluation.jar report runs/demo",
            "",
            "'java -jar evaluation.jar COMMAND --help' tells more."
        })
final class Evaluation {

    private Evaluation() {}

    /**
     * Runs one command and ends the process with its exit code.
     *
     * @param arguments command and its arguments
     */
    public static void main(String[] arguments) {
        CommandLine commandLine = commandLine()
                .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        System.exit(commandLine.execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Evaluation())
                .setUsageHelpWidth(100)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    PrintWriter err = command.getErr();
                    err.println("Error: " + oneLine(exception));
                    err.flush();
                    return CommandLine.ExitCode.SOFTWARE;
                });
    }

    private static String oneLine(Exception exception) {
        return Objects.requireNonNullElse(exception.getMessage(), exception.toString())
                .lines()
                .findFirst()
                .orElse(exception.toString());
    }
}
