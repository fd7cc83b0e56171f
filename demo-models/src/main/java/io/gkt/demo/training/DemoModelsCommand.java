package io.gkt.demo.training;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Command line of the demo models' makers. */
@Command(
        name = "demo-models",
        description = "Makes and measures the embedded pair of models.",
        mixinStandardHelpOptions = true,
        subcommands = {TrainCommand.class, EvaluateCommand.class})
public final class DemoModelsCommand {

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new DemoModelsCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }
}
