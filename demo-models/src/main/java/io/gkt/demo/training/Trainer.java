package io.gkt.demo.training;

import io.gkt.demo.problem.ProblemGenerator;
import io.gkt.inference.checkpoint.Safetensors;
import io.gkt.inference.decoder.Precision;
import io.gkt.inference.decoder.TrainableDecoder;
import io.gkt.inference.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * One training, kept in a directory of its own: {@code model} is the model as it was at the last checkpoint, in the
 * Hugging Face form, and {@code step-N} the state from which training goes on.
 */
final class Trainer {

    private static final String STATE_PREFIX = "step-";
    private static final int STEPS_A_LINE = 50;
    private static final int STEPS_A_CHECKPOINT = 500;
    private static final int CHECK_PROBLEMS = 128;
    private static final long CHECK_SEED = 1;

    private final Recipe recipe;
    private final Recipe.Schedule schedule;
    private final Path directory;
    private final long seed;
    private final PrintWriter log;

    /** @param schedule the recipe's, or a shorter or longer one */
    Trainer(Recipe recipe, Recipe.Schedule schedule, Path directory, long seed, PrintWriter log) {
        this.recipe = recipe;
        this.schedule = schedule;
        this.directory = directory;
        this.seed = seed;
        this.log = log;
    }

    /** Where the model is written. */
    Path model() {
        return directory.resolve("model");
    }

    /**
     * Trains from the last checkpoint, or from scratch if there is none. Interrupted and resumed, it ends with the same
     * weights.
     *
     * @param lastStep step to stop after, as an interruption would; the schedule's last one at most
     */
    void run(int lastStep) throws IOException {
        ModelFiles.write(model(), recipe);
        try (var tokenizer = Tokenizer.load(model());
                var decoder = new TrainableDecoder(recipe.config(), seed)) {
            int step = resume(decoder);
            log.printf("%,d parameters, step %d of %d%n", decoder.parameterCount(), step, schedule.steps());
            var batches = new Batches(recipe.curriculum(), tokenizer, schedule.batchSize(), seed);
            var pace = new Pace();
            while (step < Math.min(lastStep, schedule.steps())) {
                var batch = batches.at(step);
                var progress = decoder.step(batch.tokens(), batch.weights(), schedule.optimizerAt(step));
                step++;
                pace.add(progress.loss(), batch.tokenCount());
                if (step % STEPS_A_LINE == 0) {
                    log.println(pace.line(step, schedule.steps()));
                    log.flush();
                    pace = new Pace();
                }
                if (step % STEPS_A_CHECKPOINT == 0 || step == Math.min(lastStep, schedule.steps())) {
                    checkpoint(decoder, step);
                    check(step);
                    pace = new Pace();
                }
            }
        }
    }

    /** @return steps done */
    private int resume(TrainableDecoder decoder) throws IOException {
        int step = states().stream().mapToInt(Trainer::step).max().orElse(0);
        if (step > 0) {
            decoder.resume(directory.resolve(STATE_PREFIX + step));
        }
        return step;
    }

    private void checkpoint(TrainableDecoder decoder, int step) throws IOException {
        decoder.save(model().resolve("model.safetensors"), Safetensors.Type.F16);
        var old = states();
        // A state that is being written must not be taken for one that can be resumed.
        var writing = Files.createTempDirectory(directory, "writing-");
        decoder.saveState(writing.resolve("model.safetensors"));
        Files.move(writing, directory.resolve(STATE_PREFIX + step), StandardCopyOption.ATOMIC_MOVE);
        for (var state : old) {
            Files.delete(state.resolve("model.safetensors"));
            Files.delete(state);
        }
    }

    private List<Path> states() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith(STATE_PREFIX))
                    .sorted(Comparator.comparingInt(Trainer::step))
                    .toList();
        }
    }

    private static int step(Path state) {
        return Integer.parseInt(state.getFileName().toString().substring(STATE_PREFIX.length()));
    }

    private void check(int step) throws IOException {
        var problems = ProblemGenerator.heldOut(CHECK_SEED).stream()
                .limit(CHECK_PROBLEMS)
                .toList();
        try (var greedy = GreedyModel.load(model(), Precision.FLOAT32)) {
            var alone = Score.of(greedy, problems, problem -> "");
            var planned = Score.of(greedy, problems, problem -> " " + problem.planSentence());
            log.printf("step %d, held out: alone %s, with a correct plan %s%n", step, alone, planned);
            log.flush();
        }
    }

    /** What happened since the last line. */
    private static final class Pace {
        private final long begin = System.nanoTime();
        private double loss;
        private long tokens;
        private int steps;

        void add(double stepLoss, int stepTokens) {
            loss += stepLoss;
            tokens += stepTokens;
            steps++;
        }

        String line(int step, int allSteps) {
            double seconds = (System.nanoTime() - begin) / 1e9;
            var left = Duration.ofSeconds((long) (seconds / steps * (allSteps - step)));
            return "step %d, loss %.4f, %,.0f tokens/s, %d:%02d left"
                    .formatted(step, loss / steps, tokens / seconds, left.toMinutes(), left.toSecondsPart());
        }
    }
}
