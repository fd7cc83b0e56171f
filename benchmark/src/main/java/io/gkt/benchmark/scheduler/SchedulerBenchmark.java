package io.gkt.benchmark.scheduler;

import io.gkt.benchmark.load.Load;
import io.gkt.benchmark.load.Questions;
import io.gkt.benchmark.load.TeacherClient;
import io.gkt.benchmark.process.ServiceJars;
import io.gkt.benchmark.process.ServiceProcess;
import io.gkt.benchmark.process.TeacherModel;
import io.gkt.benchmark.result.MarkdownTable;
import io.gkt.benchmark.result.Percentiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The command. */
@Command(
        name = "scheduler",
        description = {
            "Compares continuous batching with static batches and with batch size 1, and draws the curves of the knobs.",
            "",
            "Each alternative is a teacher of its own with the same model. Requests come at the same random times to all "
                    + "(open loop, Poisson), at fractions of the rate that continuous batching can answer, which is "
                    + "measured first. Latencies count from the time at which a request was due. Each figure is the "
                    + "median of the repeated runs."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = "  java -jar benchmark/target/bench.jar scheduler --seconds 10 --repetitions 3")
public final class SchedulerBenchmark implements Callable<Integer> {

    private static final int DEFAULT_BATCH = 16;
    private static final int MOST_WAITING = 256;

    @Mixin
    private ServiceJars jars;

    @Mixin
    private TeacherModel model;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "Length of a run at each rate. Default: ${DEFAULT-VALUE}")
    private double seconds;

    @Option(
            names = "--repetitions",
            paramLabel = "N",
            defaultValue = "3",
            description = "Runs of which the median counts. Default: ${DEFAULT-VALUE}")
    private int repetitions;

    @Option(
            names = "--guidance-tokens",
            paramLabel = "N",
            defaultValue = "40",
            description = "Tokens asked for; a trained model may end sooner. Default: ${DEFAULT-VALUE}")
    private int tokens;

    @Option(
            names = "--examples",
            paramLabel = "N",
            defaultValue = "0",
            description = "Worked examples before each question, for models with a long context. "
                    + "Default: ${DEFAULT-VALUE}")
    private int examples;

    @Option(
            names = "--sections",
            split = ",",
            paramLabel = "SECTION",
            description = "Tables to make: ${COMPLETION-CANDIDATES}. Default: all")
    private List<Section> sections = List.of(Section.values());

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "target/bench/scheduler.json",
            description = "Where the figures go as JSON. Default: ${DEFAULT-VALUE}")
    private Path out;

    @Spec
    private CommandSpec spec;

    /** A teacher with these settings. */
    private record Alternative(String name, String... settings) {}

    /** Alternatives beside one another, at loads as fractions of what continuous batching can answer. */
    private enum Section {
        ALTERNATIVES(
                List.of(0.1, 0.25, 0.5, 0.75, 0.9, 1.1),
                new Alternative("continuous, 16"),
                new Alternative("static, 16, no delay", "batching=static", "max-batch-delay=0ms"),
                new Alternative("static, 16, delay 20 ms", "batching=static", "max-batch-delay=20ms"),
                new Alternative("batch size 1", "max-batch-size=1", "max-batch-delay=0ms")),
        MAX_BATCH_DELAY("0ms", "1ms", "5ms", "20ms"),
        MAX_BATCH_SIZE("1", "2", "4", "8", "16", "32"),
        MAX_STEP_TOKENS("32", "64", "128", "256", "1024");

        private final List<Double> fractions;
        private final List<Alternative> alternatives;

        Section(List<Double> fractions, Alternative... alternatives) {
            this.fractions = fractions;
            this.alternatives = List.of(alternatives);
        }

        /** The curves of a knob, which has the section's name. */
        Section(String... values) {
            this.fractions = List.of(0.1, 0.5, 0.9);
            this.alternatives = Arrays.stream(values)
                    .map(value -> new Alternative(value, this + "=" + value))
                    .toList();
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter console = spec.commandLine().getOut();
        Map<String, Object> figures = new LinkedHashMap<>();
        double capacity = capacity();
        figures.put("model", model.description());
        figures.put("guidance_tokens", tokens);
        figures.put("capacity", capacity);
        console.printf(
                "%nTeacher: %s; up to %d tokens an answer. Continuous batches of %d answer %.1f requests a second when "
                        + "%d wait always: load 1.%n",
                model.description(), tokens, DEFAULT_BATCH, capacity, DEFAULT_BATCH);
        for (Section section : sections) {
            measure(section, capacity, figures);
        }
        Files.createDirectories(out.toAbsolutePath().getParent());
        JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build().writeValue(out, figures);
        console.printf("%n%s has the figures.%n", out);
        return ExitCode.OK;
    }

    private double capacity() throws IOException, InterruptedException {
        try (ServiceProcess teacher = start(new Alternative("continuous"))) {
            List<Load> loads = new ArrayList<>();
            for (int i = 0; i < repetitions; i++) {
                loads.add(saturated(teacher, DEFAULT_BATCH, seconds));
            }
            return Percentiles.median(loads.stream(), Load::throughput);
        }
    }

    /** Starts a teacher and warms it up. */
    private ServiceProcess start(Alternative alternative) throws IOException, InterruptedException {
        List<String> settings = new ArrayList<>(model.settings());
        for (String setting : alternative.settings()) {
            settings.add("--gkt.teacher." + setting);
        }
        settings.add("--gkt.teacher.queue-capacity=" + MOST_WAITING);
        ServiceProcess teacher = jars.teacher(Map.of(), settings);
        try {
            saturated(teacher, DEFAULT_BATCH, seconds);
            return teacher;
        } catch (InterruptedException | RuntimeException e) {
            teacher.close();
            throw e;
        }
    }

    /** As many requests under way as fit into a batch, for about so many seconds. */
    private Load saturated(ServiceProcess teacher, int connections, double time) throws InterruptedException {
        TeacherClient client = new TeacherClient(teacher.url());
        Questions questions = questions(0);
        Load probe = Load.closed(client, questions, connections, 2 * connections);
        int count = (int) Math.max(2 * connections, probe.throughput() * time);
        return Load.closed(client, questions, connections, count);
    }

    private Questions questions(long seed) {
        return new Questions(seed, examples, tokens, false);
    }

    private void measure(Section section, double capacity, Map<String, Object> figures)
            throws IOException, InterruptedException {
        MarkdownTable table = new MarkdownTable(
                section.toString(),
                "load",
                "offered/s",
                "answered/s",
                "queue p50, ms",
                "queue p95",
                "latency p50, ms",
                "latency p95",
                "mean batch",
                "refused");
        List<Point> points = new ArrayList<>();
        for (Alternative alternative : section.alternatives) {
            try (ServiceProcess teacher = start(alternative)) {
                for (double fraction : section.fractions) {
                    points.add(point(teacher, alternative.name(), fraction, fraction * capacity));
                }
            }
        }
        for (Point point : points) {
            table.row(
                    point.batching(),
                    point.load(),
                    point.offered(),
                    point.answered(),
                    point.queueP50(),
                    point.queueP95(),
                    point.latencyP50(),
                    point.latencyP95(),
                    point.batchSize(),
                    (int) point.rejected());
        }
        figures.put(section.toString(), points);
        spec.commandLine().getOut().printf("%n%s", table);
        spec.commandLine().getOut().flush();
    }

    private Point point(ServiceProcess teacher, String name, double fraction, double rate)
            throws IOException, InterruptedException {
        TeacherClient client = new TeacherClient(teacher.url());
        List<Point> runs = new ArrayList<>();
        for (int run = 1; run <= repetitions; run++) {
            double steps = teacher.metric("gkt_teacher_batch_size_count");
            double rows = teacher.metric("gkt_teacher_batch_size_sum");
            int count = (int) Math.max(20, rate * seconds);
            Load load = Load.open(client, questions(run), rate, count, run);
            double batchSize = (teacher.metric("gkt_teacher_batch_size_sum") - rows)
                    / (teacher.metric("gkt_teacher_batch_size_count") - steps);
            runs.add(Point.of(name, fraction, rate, load, batchSize));
        }
        return Point.median(runs);
    }
}
