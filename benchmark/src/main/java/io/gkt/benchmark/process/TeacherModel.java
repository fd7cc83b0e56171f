package io.gkt.benchmark.process;

import io.gkt.benchmark.shape.RandomCheckpoint;
import io.gkt.benchmark.shape.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Options that say which model the teacher has. */
public final class TeacherModel {

    private static final Path MODELS = Path.of("target", "bench", "models");

    @ArgGroup
    private Choice choice;

    private static final class Choice {

        @Option(names = "--model", paramLabel = "DIR", description = "The teacher's model. Default: the embedded one")
        private Path model;

        @Option(
                names = "--shape",
                description = "A model of this shape with random weights: ${COMPLETION-CANDIDATES}; it is written to "
                        + "target/bench/models.")
        private Shape shape;
    }

    /**
     * Makes the model if need be.
     *
     * @return the settings that give it to a teacher
     * @throws IOException if it can't be written
     */
    public List<String> settings() throws IOException {
        if (choice == null) {
            return List.of();
        }
        return settings(choice.model == null ? random(choice.shape) : choice.model);
    }

    /**
     * @param shape of a model with random weights, made if need be
     * @return its directory
     * @throws IOException if it can't be written
     */
    public static Path random(Shape shape) throws IOException {
        return RandomCheckpoint.in(MODELS, shape);
    }

    /**
     * @param model a model directory
     * @return the settings that give it to a teacher
     */
    public static List<String> settings(Path model) {
        return List.of("--gkt.teacher.model=" + model.toAbsolutePath());
    }

    /** @return what the model is called in a report */
    public String description() {
        return choice == null
                ? "the embedded model"
                : choice.model == null ? choice.shape + " with random weights" : choice.model.toString();
    }
}
