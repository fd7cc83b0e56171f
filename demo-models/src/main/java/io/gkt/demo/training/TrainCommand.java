package io.gkt.demo.training;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "train",
        description = "Trains one of the two models, going on where an earlier run in the same directory stopped.",
        mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {

    @Parameters(index = "0", description = "${COMPLETION-CANDIDATES}")
    private Model model;

    @Option(names = "--directory", description = "Where the training is kept. Default: training/<model>")
    private Path directory;

    @Option(names = "--steps", description = "Steps of the whole training. Default: the recipe's")
    private Integer steps;

    @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}")
    private long seed;

    private enum Model {
        TEACHER(Recipe.TEACHER),
        STUDENT(Recipe.STUDENT);

        private final Recipe recipe;

        Model(Recipe recipe) {
            this.recipe = recipe;
        }
    }

    @Override
    public Integer call() throws Exception {
        if (directory == null) {
            directory = Path.of("training", model.name().toLowerCase(Locale.ROOT));
        }
        Files.createDirectories(directory);
        var schedule = steps == null
                ? model.recipe.schedule()
                : model.recipe.schedule().withSteps(steps);
        var log = new PrintWriter(System.out, true);
        var trainer = new Trainer(model.recipe, schedule, directory, seed, log);
        trainer.run(schedule.steps());
        log.println("The model is in " + trainer.model());
        return 0;
    }
}
