package io.gkt.evaluation.sweep;

import io.gkt.evaluation.accuracy.Dataset;
import io.gkt.evaluation.accuracy.Mode;
import io.gkt.evaluation.accuracy.Questions;
import io.gkt.evaluation.accuracy.Settings;
import io.gkt.evaluation.accuracy.Summary;
import io.gkt.evaluation.report.Comparison;
import io.gkt.evaluation.report.Run;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Makes the runs of a sweep, one after the other. */
final class SweepRun {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final List<Integer> DEMO_LENGTHS = List.of(4, 8, 12, 16, 20, 24);
    private static final int STEP = 5;
    private static final int WARM_UP_ROUNDS = 4;

    private final Settings settings;
    private final Path directory;
    private final AccuracyOf accuracy;
    private final PrintWriter progress;
    private final List<Run> done = new ArrayList<>();

    /** Makes one run. */
    interface AccuracyOf {
        Summary run(Settings settings, Path out) throws IOException, InterruptedException;
    }

    /**
     * @param settings  what all runs share
     * @param directory where they leave their files
     * @param accuracy  makes one of them
     * @param progress  is told which one
     */
    SweepRun(Settings settings, Path directory, AccuracyOf accuracy, PrintWriter progress) {
        this.settings = settings;
        this.directory = directory;
        this.accuracy = accuracy;
        this.progress = progress;
    }

    /**
     * @param lengths of guidance in tokens; null for the dataset's: the demo's few, or every five up to the mean length
     *                of the teacher's own answers
     * @return all runs beside the teacher alone
     * @throws IOException if a service is gone, or a file can't be read or written
     */
    Comparison run(List<Integer> lengths) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        int questions = settings.questions().load().size();
        List<PlannedRun> alone = PlannedRun.alone(settings.concurrency());
        List<Integer> known =
                lengths == null && settings.questions().style().dataset() == Dataset.DEMO ? DEMO_LENGTHS : lengths;
        String total = known == null
                ? ""
                : "/" + (alone.size() + PlannedRun.guided(known, 1).size());
        boolean warm = false;
        for (PlannedRun run : alone) {
            warm = make(run, total, questions, warm);
        }
        if (known == null) {
            known = PlannedRun.upToWhole(meanTeacherAnswer(), STEP);
            total = "/" + (alone.size() + known.size());
        }
        for (PlannedRun run : PlannedRun.guided(known, settings.concurrency())) {
            warm = make(run, total, questions, warm);
        }
        return Comparison.of(done);
    }

    private boolean make(PlannedRun run, String total, int questions, boolean warm)
            throws IOException, InterruptedException {
        String title = "[" + (done.size() + 1) + total + "] " + run.name();
        Path items = directory.resolve(run.name() + ".jsonl");
        Path file = directory.resolve(run.name() + ".summary.json");
        if (settings.resume() && Files.exists(file)) {
            Summary earlier = JSON.readValue(file, Summary.class);
            if (earlier.n() == questions && earlier.errors() == 0) {
                progress.println(title + ": there already");
                keep(new Run(run.name(), earlier, List.of()));
                return warm;
            }
        }
        if (!warm) {
            warmUp();
        }
        progress.println(title);
        Summary summary = accuracy.run(run.of(settings), items);
        keep(new Run(run.name(), summary, List.of()));
        return true;
    }

    private void keep(Run run) throws IOException {
        done.add(run);
        Files.writeString(directory.resolve("sweep.json"), JSON.writeValueAsString(Comparison.of(done)) + "\n");
    }

    /** Just started services are slow, which would count against whoever is asked first. */
    private void warmUp() throws IOException, InterruptedException {
        progress.println("Warming up");
        Questions asked = settings.questions();
        int few = WARM_UP_ROUNDS * settings.concurrency();
        Questions others = new Questions(
                asked.style(),
                asked.data(),
                asked.limit() == null ? Integer.valueOf(few) : Integer.valueOf(Math.min(few, asked.limit())),
                asked.seed() + 1);
        Path scratch = Files.createTempDirectory("sweep");
        try {
            for (Mode mode : Mode.values()) {
                accuracy.run(
                        settings.withQuestions(others).withMode(mode, settings.guidanceTokens()),
                        scratch.resolve(mode + ".jsonl"));
            }
        } finally {
            try (Stream<Path> files = Files.list(scratch)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(scratch);
        }
    }

    private double meanTeacherAnswer() {
        return done.stream()
                .map(Run::summary)
                .filter(summary -> summary.mode() == Mode.TEACHER)
                .mapToDouble(Summary::meanTeacherTokens)
                .max()
                .orElseThrow();
    }
}
