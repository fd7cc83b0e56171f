package io.gkt.benchmark;

import io.gkt.benchmark.engine.EngineCommand;
import io.gkt.benchmark.gkt.GktBenchmark;
import io.gkt.benchmark.gkt.StepsBenchmark;
import io.gkt.benchmark.scheduler.SchedulerBenchmark;
import io.gkt.benchmark.service.HandoverBenchmark;
import io.gkt.benchmark.service.PrefixBenchmark;
import io.gkt.benchmark.service.ServiceBenchmark;
import io.gkt.benchmark.soak.FaultSoak;
import io.gkt.benchmark.soak.SoakBenchmark;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line. Exit codes: 0 all is well, 1 something is not, 2 wrong usage. */
@Command(
        name = "bench",
        description = "Measures the engine, the pair and the services beside their alternatives.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        version = "0.1.0",
        subcommands = {
            EngineCommand.class,
            StepsBenchmark.class,
            GktBenchmark.class,
            SchedulerBenchmark.class,
            ServiceBenchmark.class,
            PrefixBenchmark.class,
            HandoverBenchmark.class,
            SoakBenchmark.class,
            FaultSoak.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:all is well", "1:a measurement failed", "2:wrong usage"},
        footerHeading = "%n",
        footer = "'java -jar bench.jar COMMAND --help' tells more.")
final class Bench {

    private Bench() {}

    /**
     * Runs one command and ends the process with its exit code.
     *
     * @param arguments command and its arguments
     */
    public static void main(String[] arguments) {
        CommandLine commandLine = new CommandLine(new Bench())
                .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
                .setUsageHelpWidth(100)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    command.getErr()
                            .println("Error: "
                                    + Objects.requireNonNullElse(exception.getMessage(), exception.toString()));
                    return CommandLine.ExitCode.SOFTWARE;
                });
        System.exit(commandLine.execute(arguments));
    }
}
