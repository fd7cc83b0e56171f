package io.gkt.benchmark.gkt;

import io.gkt.benchmark.engine.DecoderEngine;
import io.gkt.benchmark.gkt.MeasuredStep.Kind;
import io.gkt.benchmark.process.TeacherModel;
import io.gkt.benchmark.shape.Shape;
import io.gkt.inference.decoder.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
        name = "steps",
        description = {
            "Measures the steps of one model alone on this machine, for 'bench gkt'.",
            "",
            "Decode by batch size at the shortest and the usual length of sequences, prefill of a question and of a whole "
                    + "prompt, and steps of both. Weights are random. What the file has already is not measured again, "
                    + "so that an interrupted run goes on where it was; delete the file to measure anew."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = "  java -jar benchmark/target/bench.jar steps --shape QWEN2_5_1_5B --precision int8 "
                + "--out target/bench/gkt/teacher.json")
public final class StepsBenchmark implements Callable<Integer> {

    /** Sequences are hardly shorter. */
    private static final int SHORTEST = 64;

    @Option(
            names = "--shape",
            required = true,
            description = "Shape of the model: ${COMPLETION-CANDIDATES}; it is written to target/bench/models.")
    private Shape shape;

    @Option(
            names = "--precision",
            defaultValue = "INT8",
            description = "Of its matrices: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private Precision precision;

    @Option(
            names = "--batches",
            split = ",",
            paramLabel = "ROWS",
            defaultValue = "1",
            description = "Batch sizes to decode at, 1 among them. Default: ${DEFAULT-VALUE}")
    private List<Integer> batches;

    @Mixin
    private WorkloadOptions load;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often each step is timed. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute. Default: one a core")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "Where the times are kept, as JSON")
    private Path out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (!batches.contains(1) || rounds < 1 || threads < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--batches must have 1; --rounds and --threads must be at least 1");
        }
        MeasuredSteps known = known();
        List<Kind> missing =
                plan(load.workload()).filter(kind -> !known.have(kind)).toList();
        if (!missing.isEmpty()) {
            Files.createDirectories(out.toAbsolutePath().getParent());
            // Read when libtorch is loaded, which nothing has done yet.
            System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(threads));
            measure(known, missing);
        }
        return ExitCode.OK;
    }

    private MeasuredSteps known() throws IOException {
        MeasuredSteps none = MeasuredSteps.none(shape, precision, threads);
        if (Files.notExists(out)) {
            return none;
        }
        MeasuredSteps before = MeasuredSteps.read(out);
        if (!before.sameModel(none)) {
            throw new IOException(out + " is of another model, precision or number of threads; delete it, or choose "
                    + "another file");
        }
        return before;
    }

    private Stream<Kind> plan(Workload workload) {
        int shared = workload.teacher().shared();
        int usual = workload.teacher().tokens() + workload.guidance();
        int question = workload.teacher().tokens() - shared;
        int most = batches.stream().mapToInt(Integer::intValue).max().orElseThrow();
        Stream<Kind> decode = Stream.of(Math.min(SHORTEST, usual / 2), usual)
                .flatMap(context -> batches.stream().map(rows -> Kind.decode(rows, context)));
        Stream<Kind> prefill = Stream.of(0, shared)
                .flatMap(position -> Stream.of(1, 16, workload.guidance(), question, SimulatedEdge.PREFILL_CHUNK)
                        .map(tokens -> Kind.prefill(tokens, position)));
        Stream<Kind> mixed =
                Stream.of(most / 2, most - 1).filter(rows -> rows > 0).map(rows -> Kind.mixed(rows, usual, question));
        return Stream.of(prefill, decode, mixed).flatMap(kinds -> kinds).distinct();
    }

    private void measure(MeasuredSteps known, List<Kind> missing) throws IOException {
        int sequences = missing.stream().mapToInt(Kind::sequences).max().orElseThrow();
        int longest = missing.stream()
                .mapToInt(kind -> kind.held() + Math.max(1, kind.tokens()))
                .max()
                .orElseThrow();
        // Those of equal length together: filling the cache takes longer than the steps.
        Map<Integer, List<Kind>> byLength =
                missing.stream().collect(Collectors.groupingBy(Kind::held, TreeMap::new, Collectors.toList()));
        say("loading %s as %s", shape, precision);
        try (DecoderEngine engine = DecoderEngine.load(TeacherModel.random(shape), precision, sequences, longest)) {
            Sequences held = new Sequences(engine, sequences);
            MeasuredSteps all = known;
            for (Map.Entry<Integer, List<Kind>> entry : byLength.entrySet()) {
                List<Kind> kinds = entry.getValue();
                say("%d kinds of steps of sequences with %d tokens", kinds.size(), entry.getKey());
                all = all.plus(held.time(kinds, rounds));
                all.write(out);
            }
        }
    }

    private void say(String format, Object... values) {
        spec.commandLine()
                .getErr()
                .printf(
                        "%s: " + format + "%n",
                        Stream.concat(Stream.of(out), Stream.of(values)).toArray());
        spec.commandLine().getErr().flush();
    }
}
