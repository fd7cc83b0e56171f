package io.gkt.benchmark.service;

import io.gkt.benchmark.load.Load;
import io.gkt.benchmark.load.Questions;
import io.gkt.benchmark.load.Reply;
import io.gkt.benchmark.load.TeacherClient;
import io.gkt.benchmark.process.ServiceJars;
import io.gkt.benchmark.process.ServiceProcess;
import io.gkt.benchmark.process.TeacherModel;
import io.gkt.benchmark.result.MarkdownTable;
import io.gkt.benchmark.result.Percentiles;
import io.gkt.benchmark.shape.Shape;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command. */
@Command(
        name = "service",
        description = {
            "Measures what HTTP, queueing and batching cost, with a model that costs next to nothing.",
            "",
            "The teacher as it comes, beside one that waits for company and one without batching (batch size 1), each "
                    + "under closed loops and one open loop at half the rate that the teacher without batching reached "
                    + "with 16 connections. A request's overhead is the time until its response is here, less the prefill and "
                    + "decode times that the response reports: queueing is part of it."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = "  java -jar benchmark/target/bench.jar service --requests 4000")
public final class ServiceBenchmark implements Callable<Integer> {

    private static final int[] CONNECTIONS = {1, 4, 16, 64};
    private static final int FULL = 16;

    @Mixin
    private ServiceJars jars;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "4000",
            description = "Requests of each run. Default: ${DEFAULT-VALUE}")
    private int requests;

    @Option(
            names = "--repetitions",
            paramLabel = "N",
            defaultValue = "3",
            description = "Runs of which the median counts. Default: ${DEFAULT-VALUE}")
    private int repetitions;

    @Option(
            names = "--guidance-tokens",
            paramLabel = "N",
            defaultValue = "12",
            description = "Tokens of each answer. Default: ${DEFAULT-VALUE}")
    private int tokens;

    @Spec
    private CommandSpec spec;

    private record Row(
            String teacher,
            String load,
            double throughput,
            double latencyP50,
            double latencyP99,
            double overheadP50,
            double overheadP99,
            double queueP50) {

        static Row of(String teacher, String name, Load load) {
            if (load.rejected() > 0) {
                throw new IllegalStateException(load.rejected() + " requests were not answered by: " + teacher);
            }
            Percentiles latency = load.percentiles(Reply::latencyMs);
            Percentiles overhead = load.percentiles(Reply::overheadMs);
            return new Row(
                    teacher,
                    name,
                    load.throughput(),
                    latency.p50(),
                    latency.p99(),
                    overhead.p50(),
                    overhead.p99(),
                    load.percentiles(Reply::queueMs).p50());
        }

        static Row median(List<Row> runs) {
            return new Row(
                    runs.get(0).teacher,
                    runs.get(0).load,
                    Percentiles.median(runs.stream(), Row::throughput),
                    Percentiles.median(runs.stream(), Row::latencyP50),
                    Percentiles.median(runs.stream(), Row::latencyP99),
                    Percentiles.median(runs.stream(), Row::overheadP50),
                    Percentiles.median(runs.stream(), Row::overheadP99),
                    Percentiles.median(runs.stream(), Row::queueP50));
        }
    }

    /** Loads a teacher somehow. */
    private interface Run {
        Load load(TeacherClient client, int repetition) throws InterruptedException;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Row> unbatched =
                measure("without batching", 0, "--gkt.teacher.max-batch-size=1", "--gkt.teacher.max-batch-delay=0ms");
        double openRate = unbatched.stream()
                        .filter(row -> row.load().equals(closed(FULL)))
                        .findFirst()
                        .orElseThrow()
                        .throughput()
                / 2;
        List<Row> all = new ArrayList<>(unbatched);
        all.addAll(measure("as it comes", openRate));
        all.addAll(measure("waits 1 ms for company", openRate, "--gkt.teacher.max-batch-delay=1ms"));

        MarkdownTable table = new MarkdownTable(
                "teacher",
                "load",
                "requests/s",
                "× without batching",
                "latency p50, ms",
                "latency p99",
                "overhead p50, ms",
                "overhead p99",
                "of it queue p50");
        for (Row row : all) {
            double without = unbatched.stream()
                    .filter(other -> other.load().equals(row.load()))
                    .mapToDouble(Row::throughput)
                    .findFirst()
                    .orElse(Double.NaN);
            table.row(
                    row.teacher(),
                    row.load(),
                    row.throughput(),
                    row.throughput() / without,
                    row.latencyP50(),
                    row.latencyP99(),
                    row.overheadP50(),
                    row.overheadP99(),
                    row.queueP50());
        }
        PrintWriter console = spec.commandLine().getOut();
        console.printf(
                "%nA model of negligible cost, %d tokens an answer, medians of %d runs of %d requests.%n%n%s",
                tokens, repetitions, requests, table);
        return ExitCode.OK;
    }

    /** @param openRate requests a second of the open loop; 0 takes half of what 16 connections reach */
    private List<Row> measure(String name, double openRate, String... settings)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(TeacherModel.settings(TeacherModel.random(Shape.NEGLIGIBLE)));
        all.addAll(List.of(settings));
        try (ServiceProcess teacher = jars.teacher(Map.of(), all)) {
            TeacherClient client = new TeacherClient(teacher.url());
            Load.closed(client, questions(0), FULL, 2 * requests);
            List<Row> rows = new ArrayList<>();
            double rate = openRate;
            for (int connections : CONNECTIONS) {
                rows.add(repeat(
                        client,
                        name,
                        closed(connections),
                        (asked, repetition) -> Load.closed(asked, questions(repetition), connections, requests)));
                if (connections == FULL && rate == 0) {
                    rate = rows.get(rows.size() - 1).throughput() / 2;
                }
            }
            double open = rate;
            rows.add(repeat(
                    client,
                    name,
                    "%.0f a second".formatted(open),
                    (asked, repetition) -> Load.open(asked, questions(repetition), open, requests, repetition)));
            return rows;
        }
    }

    private static String closed(int connections) {
        return connections + (connections == 1 ? " connection" : " connections");
    }

    private Row repeat(TeacherClient client, String teacher, String name, Run run) throws InterruptedException {
        List<Row> rows = new ArrayList<>();
        for (int repetition = 1; repetition <= repetitions; repetition++) {
            rows.add(Row.of(teacher, name, run.load(client, repetition)));
        }
        return Row.median(rows);
    }

    private Questions questions(long seed) {
        return new Questions(seed, 0, tokens, true);
    }
}
