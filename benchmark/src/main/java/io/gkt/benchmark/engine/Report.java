package io.gkt.benchmark.engine;

import io.gkt.benchmark.gguf.GgmlType;
import io.gkt.benchmark.result.MarkdownTable;
import io.gkt.benchmark.shape.Shape;
import io.gkt.inference.checkpoint.ModelConfig;
import io.gkt.inference.decoder.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a run has found, for people and for programs.
 *
 * @param shape        of the model
 * @param config       of the model
 * @param threads      that computed
 * @param llamaVersion llama.cpp's; null if it was not there
 * @param precisions   of ours
 * @param workloads    in the order of the columns
 * @param measurements of at least one round
 */
record Report(
        Shape shape,
        ModelConfig config,
        int threads,
        String llamaVersion,
        List<Precision> precisions,
        List<Workload> workloads,
        Measurements measurements) {

    /** Ratios that the project wants, from its plan. */
    private static final double INT8_DECODE = 1.3;

    private static final double SHARE_OF_BOUND = 0.7;
    private static final double HALF_DECODE = 1.1;
    private static final double BATCH_DECODE = 1.7;
    private static final int BATCH = 8;
    private static final double PREFILL = 2;

    static String name(Precision precision) {
        return "ours, " + lowerCase(precision);
    }

    private static String lowerCase(Precision precision) {
        return precision.name().toLowerCase(Locale.ROOT);
    }

    static String name(GgmlType type) {
        return "llama.cpp, " + type;
    }

    /** @return llama.cpp's type of as many bits; empty for float32, which nobody runs there */
    static Optional<GgmlType> sameBits(Precision precision) {
        return switch (precision) {
            case FLOAT32 -> Optional.empty();
            case BFLOAT16, FLOAT16 -> Optional.of(GgmlType.F16);
            case INT8 -> Optional.of(GgmlType.Q8_0);
        };
    }

    String markdown() {
        List<String> headings = new ArrayList<>(List.of("tokens/s"));
        workloads.forEach(workload -> headings.add(workload.name()));
        headings.add("logit error");
        MarkdownTable table = new MarkdownTable(headings.toArray(String[]::new));
        measurements
                .tokensPerSecond()
                .keySet()
                .forEach(alternative -> row(
                        table,
                        alternative,
                        workload -> rates(measurements.rates(alternative, workload)),
                        "%.1e".formatted(measurements.logitErrors().get(alternative))));
        for (Precision precision : precisions) {
            row(table, "bound, " + lowerCase(precision), workload -> number(bound(precision, workload)), "");
        }
        for (Precision precision : precisions) {
            peer(precision)
                    .ifPresent(peer -> row(
                            table,
                            name(precision) + " / " + peer,
                            workload -> ratios(Spread.ofRatios(
                                    measurements.rates(name(precision), workload), measurements.rates(peer, workload))),
                            ""));
        }
        StringBuilder text =
                new StringBuilder(introduction()).append("\n\n").append(table).append('\n');
        verdicts().forEach(verdict -> text.append("- ").append(verdict).append('\n'));
        return text.toString();
    }

    private void row(MarkdownTable table, String name, Function<Workload, String> cell, String last) {
        List<Object> cells = new ArrayList<>(List.of(name));
        workloads.forEach(workload -> cells.add(cell.apply(workload)));
        cells.add(last);
        table.row(cells.toArray());
    }

    private String introduction() {
        String arithmetic = precisions.stream()
                .map(precision ->
                        lowerCase(precision) + " %.0f Gop/s".formatted(measurements.operations(precision) / 1e9))
                .collect(Collectors.joining(", "));
        return ("Shape of %s, random weights, %d of %d cores (%s), %s, %s. Medians of %d rounds (lowest to highest);"
                        + " decoding continues sequences of %d tokens. Memory: %.1f (%.1f–%.1f) GB/s; arithmetic: %s.")
                .formatted(
                        shape,
                        threads,
                        Runtime.getRuntime().availableProcessors(),
                        processor(),
                        llamaVersion == null ? "without llama.cpp" : "llama.cpp " + llamaVersion,
                        LocalDate.now(),
                        measurements.rooflines().size(),
                        Workload.DECODE_CONTEXT,
                        measurements.bandwidth().median() / 1e9,
                        measurements.bandwidth().low() / 1e9,
                        measurements.bandwidth().high() / 1e9,
                        arithmetic);
    }

    private static String processor() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    private static String rates(List<Double> rates) {
        Spread spread = Spread.of(rates);
        return "%s (%s–%s)".formatted(number(spread.median()), number(spread.low()), number(spread.high()));
    }

    private static String ratios(Spread spread) {
        return "%.2f (%.2f–%.2f)".formatted(spread.median(), spread.low(), spread.high());
    }

    private static String number(double value) {
        return (value < 100 ? "%.1f" : "%.0f").formatted(value);
    }

    private double bound(Precision precision, Workload workload) {
        double bytesPerWeight = switch (precision) {
            case FLOAT32 -> 4;
            case BFLOAT16, FLOAT16 -> 2;
            case INT8 -> 1;
        };
        return Work.of(config)
                .bound(
                        workload,
                        bytesPerWeight,
                        precision.cacheBytes(),
                        measurements.bandwidth().median(),
                        measurements.operations(precision));
    }

    /** @return the alternative with as many bits, if it was measured */
    private Optional<String> peer(Precision precision) {
        return sameBits(precision).map(Report::name).filter(measurements::has);
    }

    private List<String> verdicts() {
        List<String> verdicts = new ArrayList<>();
        for (Workload workload : workloads) {
            if (workload.held() == 0) {
                faster(workload, List.of(Precision.INT8), PREFILL).ifPresent(verdicts::add);
                faster(workload, List.of(Precision.BFLOAT16, Precision.FLOAT16), PREFILL)
                        .ifPresent(verdicts::add);
            } else if (workload.rows() == 1) {
                faster(workload, List.of(Precision.INT8), INT8_DECODE).ifPresent(verdicts::add);
                if (precisions.contains(Precision.INT8)) {
                    verdicts.add(ofBound(workload));
                }
                faster(workload, List.of(Precision.BFLOAT16, Precision.FLOAT16), HALF_DECODE)
                        .ifPresent(verdicts::add);
            } else if (workload.rows() == BATCH) {
                faster(workload, List.of(Precision.INT8), BATCH_DECODE).ifPresent(verdicts::add);
                faster(workload, List.of(Precision.BFLOAT16, Precision.FLOAT16), BATCH_DECODE)
                        .ifPresent(verdicts::add);
            }
        }
        return verdicts;
    }

    private String ofBound(Workload workload) {
        double rate =
                Spread.of(measurements.rates(name(Precision.INT8), workload)).median();
        double share = rate / bound(Precision.INT8, workload);
        return "%s: %s has %.0f %% of the bound (target %.0f %%): %s"
                .formatted(
                        workload.name(),
                        name(Precision.INT8),
                        100 * share,
                        100 * SHARE_OF_BOUND,
                        verdict(share >= SHARE_OF_BOUND));
    }

    private Optional<String> faster(Workload workload, List<Precision> candidates, double target) {
        return candidates.stream()
                .filter(precision ->
                        precisions.contains(precision) && peer(precision).isPresent())
                .max(Comparator.comparingDouble(precision -> ratio(precision, workload)))
                .map(precision -> "%s: %s is %.2f times as fast as %s (target %.1f): %s"
                        .formatted(
                                workload.name(),
                                name(precision),
                                ratio(precision, workload),
                                peer(precision).orElseThrow(),
                                target,
                                verdict(ratio(precision, workload) >= target)));
    }

    private double ratio(Precision precision, Workload workload) {
        return Spread.ofRatios(
                        measurements.rates(name(precision), workload),
                        measurements.rates(peer(precision).orElseThrow(), workload))
                .median();
    }

    private static String verdict(boolean reached) {
        return reached ? "reached" : "missed";
    }

    /** @return all rounds, to be written as JSON */
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("shape", shape);
        json.put("date", LocalDate.now().toString());
        json.put("processor", processor());
        json.put("threads", threads);
        json.put("llama_cpp", llamaVersion);
        json.put("decode_context", Workload.DECODE_CONTEXT);
        json.put("tokens_per_second", measurements.tokensPerSecond());
        json.put("logit_errors", measurements.logitErrors());
        json.put("rooflines", measurements.rooflines());
        json.put("verdicts", verdicts());
        return json;
    }
}
