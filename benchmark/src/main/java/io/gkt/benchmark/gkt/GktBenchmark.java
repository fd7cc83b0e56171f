package io.gkt.benchmark.gkt;

import io.gkt.benchmark.process.ServiceJars;
import io.gkt.benchmark.result.MarkdownTable;
import io.gkt.benchmark.shape.Shape;
import io.gkt.inference.decoder.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command. */
@Command(
        name = "gkt",
        description = {
            "How long do many answers take with guidance, and by the teacher alone, without and with batches?",
            "",
            "Teacher and students have a machine each. So the steps of each model are measured alone on this machine, and "
                    + "a seeded discrete-event simulation puts them together. A run of the real pair, both on this "
                    + "machine, shows how far the simulation is off. At last, the simulation grows to many edges of one "
                    + "teacher. Weights are random; only shapes are those of known models."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExample:%n",
        footer = "  java -jar benchmark/target/bench.jar gkt --teacher-precision bfloat16")
public final class GktBenchmark implements Callable<Integer> {

    private static final int BYTES_PER_TOKEN = 4;
    /** Of JSON and HTTP around the text, in each direction. */
    private static final int ENVELOPE = 300;
    /** Of a GPU, which computes long prompts faster than short ones. */
    private static final int ASSUMED_STEP_TOKENS = 2048;

    @Option(
            names = "--teacher-shape",
            defaultValue = "QWEN2_5_1_5B",
            description = "Shape of the teacher: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private Shape teacherShape;

    @Option(
            names = "--student-shape",
            defaultValue = "SMOLLM2_135M",
            description = "Shape of the student. Default: ${DEFAULT-VALUE}")
    private Shape studentShape;

    @Option(
            names = "--teacher-precision",
            defaultValue = "INT8",
            description = "Of the teacher's matrices: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private Precision teacherPrecision;

    @Option(
            names = "--student-precision",
            defaultValue = "INT8",
            description = "Of the student's matrices. Default: ${DEFAULT-VALUE}")
    private Precision studentPrecision;

    @Mixin
    private WorkloadOptions load;

    @Option(
            names = "--batches",
            split = ",",
            paramLabel = "ROWS",
            defaultValue = "1,2,4,8,16",
            description = "Batch sizes that the teacher may have, 1 among them. Default: ${DEFAULT-VALUE}")
    private List<Integer> batches;

    @Option(
            names = "--edges",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,2,4,8,16",
            description = "Edges that answer the questions. Default: ${DEFAULT-VALUE}")
    private List<Integer> edges;

    @Option(
            names = "--questions",
            paramLabel = "N",
            defaultValue = "1319",
            description = "Questions in all. Default: ${DEFAULT-VALUE}, as GSM8K's test has")
    private int questions;

    @Option(
            names = "--users",
            paramLabel = "N",
            defaultValue = "16",
            description = "Users who ask them, the next when an answer is there. Default: ${DEFAULT-VALUE}")
    private int users;

    @Option(
            names = "--round-trip",
            paramLabel = "MS",
            defaultValue = "20",
            description = "Between edge and teacher, and between user and teacher where there is no edge. "
                    + "Default: ${DEFAULT-VALUE}")
    private double roundTripMs;

    @Option(
            names = "--megabits",
            paramLabel = "N",
            defaultValue = "10",
            description = "A second on that way, in each direction. Default: ${DEFAULT-VALUE}")
    private double megabits;

    @Option(
            names = "--fleet",
            split = ",",
            paramLabel = "N",
            defaultValue = "10,100,1000,10000",
            description = "Edges of one teacher, to see where it is saturated. Default: ${DEFAULT-VALUE}")
    private List<Integer> fleet;

    @Option(
            names = "--per-minute",
            paramLabel = "N",
            defaultValue = "0.1",
            description = "Requests of each of those edges, at random times. Default: ${DEFAULT-VALUE}")
    private double perMinute;

    @Option(
            names = "--guidance-timeout",
            paramLabel = "S",
            defaultValue = "5",
            description = "How long they wait for guidance, seconds. Default: ${DEFAULT-VALUE}, as edges do")
    private double guidanceTimeout;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of the random times. Default: ${DEFAULT-VALUE}")
    private long seed;

    @Option(
            names = "--assumed-teacher",
            split = ",",
            paramLabel = "N",
            description =
                    "Another teacher for the edges, whose steps nobody measured here: milliseconds of a step of one "
                            + "row and of a full batch, rows of that batch, tokens of prompts a second.")
    private List<Double> assumed = List.of();

    @Option(
            names = "--check",
            paramLabel = "N",
            defaultValue = "4",
            description = "Questions to the real pair; 0 leaves it out. Default: ${DEFAULT-VALUE}")
    private int check;

    @Option(
            names = "--check-batch",
            paramLabel = "ROWS",
            defaultValue = "4",
            description = "Batch size of the real teacher. Default: ${DEFAULT-VALUE}")
    private int checkBatch;

    @Mixin
    private ServiceJars jars;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often each step is timed. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute. Default: one a core")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "target/bench/gkt",
            description =
                    "Where measured steps are kept. What is there is not measured again. Default: ${DEFAULT-VALUE}")
    private Path out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        validate();
        Workload workload = load.workload();
        Side teacher = new Side(teacherShape, teacherPrecision, threads);
        Side student = new Side(studentShape, studentPrecision, threads);
        List<String> arguments = new ArrayList<>(List.of(load.arguments()));
        arguments.add("--rounds=" + rounds);
        MeasuredSteps teacherSteps = teacher.measure(out, batches, arguments);
        MeasuredSteps studentSteps = student.measure(out, List.of(1), arguments);
        StepCost teacherCost = new StepCost(teacherSteps.times());
        StepCost studentCost = new StepCost(studentSteps.times());
        Network network =
                new Network(roundTripMs, megabits, bytes(workload.teacher().tokens()), bytes(workload.guidance()));
        Simulation simulation = new Simulation(teacherCost, studentCost, workload, network);

        print(
                "Teacher %s, student %s, random weights. Prompts of %d tokens, %d of them shared; %d tokens of guidance, %d"
                        + " of an answer.",
                teacher,
                student,
                workload.teacher().tokens(),
                workload.teacher().shared(),
                workload.guidance(),
                workload.answer());
        measured(teacher, teacherSteps, student, studentSteps);
        int batch = compared(simulation);
        if (check > 0) {
            print("SEEN: the real services, both on this machine; beside it what is simulated from the same steps.");
            print(
                    "%s",
                    new RealRun(jars, teacher, student, workload, checkBatch).compare(teacherCost, studentCost, check));
        }
        scaled(simulation, TeacherPolicy.DEFAULT.withBatchSize(batch), "this teacher");
        if (!assumed.isEmpty()) {
            int rows = assumed.get(2).intValue();
            StepCost given = new StepCost(StepTimes.given(assumed.get(0), assumed.get(1), rows, assumed.get(3)));
            scaled(
                    new Simulation(given, studentCost, workload, network),
                    new TeacherPolicy(rows, 0, Math.max(rows, ASSUMED_STEP_TOKENS), 4 * rows, true, true),
                    "a teacher that is ASSUMED, not measured: a step of one row takes %s ms, of %d rows %s ms, a second of"
                                    .formatted(assumed.get(0), rows, assumed.get(1))
                            + " prefill computes " + assumed.get(3).longValue() + " tokens");
        }
        return ExitCode.OK;
    }

    private void validate() {
        boolean positive = Stream.of(batches, edges, fleet, List.of(questions, users, checkBatch, rounds, threads))
                .flatMap(List::stream)
                .allMatch(number -> number > 0);
        if (!positive || !batches.contains(1) || Math.min(perMinute, guidanceTimeout) <= 0 || check < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--batches must have 1; --check may be 0, all other numbers must be positive");
        }
        if (!assumed.isEmpty() && (assumed.size() != 4 || assumed.get(2) < 1)) {
            throw new ParameterException(spec.commandLine(), "--assumed-teacher takes four numbers");
        }
    }

    private static int bytes(int tokens) {
        return ENVELOPE + BYTES_PER_TOKEN * tokens;
    }

    private void measured(Side teacher, MeasuredSteps teacherSteps, Side student, MeasuredSteps studentSteps) {
        print(
                "MEASURED: steps of each model alone on this machine, %d threads, medians in milliseconds (lowest to"
                        + " highest); teacher on %s, student on %s.",
                threads, teacherSteps.date(), studentSteps.date());
        print("%s", steps("teacher " + teacher, teacherSteps));
        print("%s", steps("student " + student, studentSteps));
    }

    /** Steps of both kinds were not used to derive the others' times: beside them stands what is derived from those. */
    private static MarkdownTable steps(String name, MeasuredSteps measured) {
        StepCost cost = new StepCost(measured.times());
        MarkdownTable table = new MarkdownTable(name, "ms", "lowest–highest", "tokens/s", "simulated, ms");
        for (MeasuredStep step : measured.steps()) {
            MeasuredStep.Kind kind = step.kind();
            String decode = "decode " + kind.rows() + " at " + kind.context();
            String prefill = "prefill " + kind.tokens() + " at " + kind.position();
            double context = (double) kind.rows() * kind.context();
            table.row(
                    kind.tokens() == 0 ? decode : kind.rows() == 0 ? prefill : decode + " with " + prefill,
                    step.medianMs(),
                    "%.1f–%.1f".formatted(Collections.min(step.ms()), Collections.max(step.ms())),
                    (kind.rows() + kind.tokens()) / step.medianMs() * 1e3,
                    cost.step(kind.rows(), context, kind.tokens(), kind.position()));
        }
        return table;
    }

    /** @return the batch size that is best for the teacher alone */
    private int compared(Simulation simulation) {
        Comparison comparison = new Comparison(simulation, questions, users, batches, edges);
        print(
                "SIMULATED: %,d questions. As the paper counts, nothing overlaps: all guidance in batches of %d, then the"
                        + " students' answers one after the other (each edge its share); no network. Prefixes are reused"
                        + " everywhere, but in the first row.",
                questions, comparison.batch());
        print("%s", comparison.asThePaperCounts());
        print(
                "SIMULATED: %d users ask the same %,d questions, each the next when an answer is there; %s ms round trip,"
                        + " %s Mbit/s. Nobody gives up. \"Answers/h of its machine\": answers that the teacher wrote or"
                        + " began in an hour of its work.",
                users, questions, roundTripMs, megabits);
        print("%s", comparison.asServed());
        return comparison.batch();
    }

    private void scaled(Simulation simulation, TeacherPolicy policy, String teacher) {
        EdgePolicy edge = new EdgePolicy(EdgePolicy.DEFAULT.concurrent(), guidanceTimeout * 1e3, true);
        Fleet many = new Fleet(simulation, policy, edge, perMinute, seed);
        print(
                "SIMULATED: edges of one teacher, each with %s requests a minute at random times (Poisson, seed %d), which"
                        + " wait %s s for guidance and answer without it then; %s, batches of %d, a queue of %d.",
                perMinute, seed, guidanceTimeout, teacher, policy.maxBatchSize(), policy.queueCapacity());
        print(
                "With full batches it gives %,.0f guidances an hour: those that %,.0f such edges want.",
                many.guidancesPerHour(), many.capacity());
        print("%s", many.table(fleet));
    }

    private void print(String format, Object... values) {
        PrintWriter console = spec.commandLine().getOut();
        console.printf("%n" + format + "%n", values);
        console.flush();
    }
}
