package io.gkt.evaluation.accuracy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Many examples, several at a time. Each result is in the file as soon as it is there, and however the run ends, a
 * summary lies beside it: of all of the file, unless SIGKILL ended the run.
 *
 * @param <R> a line of the file
 */
final class Batch<R extends Result> {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final List<Example> examples;
    private final Path file;
    private final Report<R> report;
    private final Map<String, R> done = new ConcurrentHashMap<>();
    private final Instant started = Instant.now();
    private Duration before = Duration.ZERO;
    private volatile int errors;
    private volatile boolean ended;

    /** What becomes of one example. */
    interface Task<R> {
        R run(Example example) throws IOException, InterruptedException;
    }

    /** What is said of results. */
    interface Report<R> {

        /** In a few words, while they come. */
        String progress(List<R> results);

        /** As a JSON value, beside the file. */
        Object summary(List<R> results, Pace pace);
    }

    /**
     * @param examples what to do
     * @param file     where results go, one a line
     * @param report   what is said of them
     */
    Batch(List<Example> examples, Path file, Report<R> report) {
        this.examples = examples;
        this.file = file;
        this.report = report;
    }

    /** Where the summary of a file of results lies. */
    static Path summaryOf(Path file) {
        String name = file.getFileName().toString().replaceFirst("\\.jsonl$", "");
        return file.resolveSibling(name + ".summary.json");
    }

    /**
     * Keeps results that the file has already.
     *
     * @param type      of each line
     * @param ofThisRun whether a line can be this run's
     * @throws IOException if one can't
     */
    void resume(Class<R> type, Predicate<R> ofThisRun) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        JsonLines.append(file).close();
        Map<String, String> questions = examples.stream().collect(Collectors.toMap(Example::id, Example::question));
        for (R result : JsonLines.read(file, type)) {
            String question = questions.get(result.id());
            if (!ofThisRun.test(result) || (question != null && !question.equals(result.question()))) {
                throw new IOException(file + " is of another run, as its " + result.id()
                        + " shows: resume with that run's options, or choose another --out");
            }
            if (question != null) {
                done.put(result.id(), result);
            }
        }
        if (!done.isEmpty() && Files.exists(summaryOf(file))) {
            double seconds = JSON.readTree(summaryOf(file)).path("wall_seconds").asDouble(0);
            before = Duration.ofMillis(Math.round(seconds * 1000));
        }
    }

    /**
     * Runs the task on all examples that have no result yet. One that a service refuses is counted and said; when a
     * service is gone, so is the run.
     *
     * @param task        what to do
     * @param concurrency how many at the same time
     * @throws IOException if a service is gone, or the file can't be written
     */
    void run(Task<R> task, int concurrency) throws IOException, InterruptedException {
        if (done.isEmpty() && Files.exists(file) && Files.size(file) > 0) {
            throw new IOException(file + " exists: add --resume to go on with it, or choose another --out");
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (!ended) {
                summarise();
            }
        }));
        // Says with which options to resume, even after SIGKILL.
        summarise();
        ExecutorService threads = Executors.newFixedThreadPool(concurrency, Batch::daemon);
        try (JsonLines lines = JsonLines.append(file);
                Progress progress = Progress.of(file.getFileName().toString(), examples.size(), done.size())) {
            CompletionService<R> running = new ExecutorCompletionService<>(threads);
            List<Example> left = examples.stream()
                    .filter(example -> !done.containsKey(example.id()))
                    .toList();
            left.forEach(example -> running.submit(() -> named(example, task)));
            for (int i = 0; i < left.size(); i++) {
                try {
                    R result = running.take().get();
                    lines.add(result);
                    done.put(result.id(), result);
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof Service.RefusedException refused)) {
                        throw gone(e.getCause());
                    }
                    errors++;
                    progress.say(refused.getMessage());
                }
                progress.step(report.progress(results()));
            }
        } finally {
            threads.shutdownNow();
            ended = true;
            summarise();
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "batch");
        thread.setDaemon(true);
        return thread;
    }

    private R named(Example example, Task<R> task) throws IOException, InterruptedException {
        try {
            return task.run(example);
        } catch (Service.RefusedException e) {
            throw new Service.RefusedException(example.id() + ": " + e.getMessage());
        }
    }

    private IOException gone(Throwable cause) {
        String have =
                "; " + done.size() + " of " + examples.size() + " results are in " + file + ", go on with --resume";
        return new IOException(Objects.requireNonNullElse(cause.getMessage(), cause.toString()) + have, cause);
    }

    /** The results there are, in the examples' order. */
    List<R> results() {
        return examples.stream()
                .map(Example::id)
                .map(done::get)
                .filter(Objects::nonNull)
                .toList();
    }

    Pace pace() {
        return new Pace(started, before.plus(Duration.between(started, Instant.now())), errors);
    }

    private void summarise() {
        try {
            Files.writeString(summaryOf(file), JSON.writeValueAsString(report.summary(results(), pace())) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("the summary can't be written", e);
        }
    }
}
