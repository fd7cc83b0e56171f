package io.gkt.benchmark.soak;

import io.gkt.benchmark.load.EdgeClient;
import io.gkt.benchmark.process.ServiceJars;
import io.gkt.benchmark.process.ServiceProcess;
import io.gkt.benchmark.result.MarkdownTable;
import io.gkt.benchmark.result.Percentiles;
import io.gkt.demo.problem.ProblemGenerator;
import io.gkt.protocol.GuidanceApi;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command. */
@Command(
        name = "soak",
        description = {
            "Sends many requests of all kinds to an edge and its teacher, and sees whether either grows.",
            "",
            "Whole answers, streams, streams whose client hangs up, answers of the teacher alone, and guidance that is "
                    + "cancelled. After each round both must be idle again, and memory, threads, open files and native "
                    + "arrays are counted. The last quarter of the rounds is compared with the second: the first warms "
                    + "up. Heaps have a fixed size, so that what grows is not the heap. Linux only."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:flat", "1:something grew or failed", "2:wrong usage"},
        footerHeading = "%nExample:%n",
        footer = "  java -jar benchmark/target/bench.jar soak --requests 20000")
public final class SoakBenchmark implements Callable<Integer> {

    private static final int USERS = 8;
    private static final String CHAT = "/v1/chat/completions";
    private static final Map<String, String> FIXED_HEAP =
            Map.of("JAVA_TOOL_OPTIONS", "-Xms384m -Xmx384m -XX:+AlwaysPreTouch");
    /** Pools of threads and connections breathe. */
    private static final int SOME = 8;

    @Mixin
    private ServiceJars jars;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "20000",
            description = "Requests in all. Default: ${DEFAULT-VALUE}")
    private int requests;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "20",
            description = "Rounds that they come in, at least 4. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(
            names = "--tolerance",
            paramLabel = "PERCENT",
            defaultValue = "5",
            description = "Growth of memory that counts as flat. Default: ${DEFAULT-VALUE}")
    private double tolerance;

    @Spec
    private CommandSpec spec;

    private record Round(Footprint teacher, Footprint edge) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter console = spec.commandLine().getOut();
        try (ServiceProcess teacher = jars.teacher(FIXED_HEAP, List.of());
                ServiceProcess edge = jars.edge(teacher.url(), FIXED_HEAP, List.of())) {
            List<Round> done = new ArrayList<>();
            AtomicInteger next = new AtomicInteger();
            for (int round = 1; round <= rounds; round++) {
                send(teacher, edge, next, (int) ((long) requests * round / rounds));
                awaitIdle(teacher, "gkt_teacher_requests_running", "gkt_teacher_requests_waiting");
                awaitIdle(edge, "gkt_student_requests_running", "gkt_student_requests_waiting");
                done.add(new Round(Footprint.of(teacher), Footprint.of(edge)));
            }
            console.printf("%n%s%n", table(done));
            boolean flat = verdict(
                    console, "teacher", done.stream().map(Round::teacher).toList());
            flat &= verdict(console, "edge", done.stream().map(Round::edge).toList());
            console.printf("%n%d requests: %s within %s %%.%n", requests, flat ? "flat" : "not flat", tolerance);
            return flat ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private static void send(ServiceProcess teacher, ServiceProcess edge, AtomicInteger next, int end)
            throws IOException {
        EdgeClient toTeacher = new EdgeClient(teacher.url());
        EdgeClient toEdge = new EdgeClient(edge.url());
        try {
            CompletableFuture.allOf(IntStream.range(0, USERS)
                            .mapToObj(user -> CompletableFuture.runAsync(
                                    () -> {
                                        for (int i = next.getAndIncrement(); i < end; i = next.getAndIncrement()) {
                                            send(toTeacher, toEdge, i);
                                        }
                                        next.decrementAndGet();
                                    },
                                    task -> new Thread(task, "user-" + user).start()))
                            .toArray(CompletableFuture[]::new))
                    .join();
        } catch (CompletionException e) {
            throw new IOException("a request failed: " + e.getCause().getMessage(), e);
        }
    }

    /** The same number gives the same request. */
    private static void send(EdgeClient teacher, EdgeClient edge, int number) {
        String question = ProblemGenerator.heldOut(number).next().question();
        Map<String, Object> chat = new LinkedHashMap<>();
        chat.put("messages", List.of(Map.of("role", "user", "content", question)));
        chat.put("temperature", 0.8);
        chat.put("seed", number);
        chat.put("max_tokens", 48);
        chat.put("guidance", Map.of("max_tokens", 12));
        try {
            switch (number % 8) {
                case 0, 1, 2 -> edge.whole(CHAT, chat);
                case 3, 4 -> {
                    chat.put("stream", true);
                    edge.stream(CHAT, chat, false);
                }
                case 5 -> {
                    chat.put("stream", true);
                    edge.stream(CHAT, chat, true);
                }
                case 6 -> {
                    chat.put("guidance", Map.of("mode", "only"));
                    edge.whole(CHAT, chat);
                }
                default -> {
                    Map<String, Object> guidance = Map.of(
                            "id",
                            "soak-" + number,
                            "prompt",
                            question,
                            "max_tokens",
                            200,
                            "min_tokens",
                            200,
                            "stream",
                            true);
                    CompletableFuture<Void> cancelled = CompletableFuture.runAsync(() -> cancel(teacher, number));
                    try {
                        teacher.stream(GuidanceApi.PATH, guidance, false);
                    } catch (IOException expected) {
                        // It ends with an error, or was too quick to be cancelled.
                    }
                    cancelled.join();
                }
            }
        } catch (IOException e) {
            throw new CompletionException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void cancel(EdgeClient teacher, int number) {
        try {
            TimeUnit.MILLISECONDS.sleep(number % 20);
            teacher.delete(GuidanceApi.PATH + "/soak-" + number);
        } catch (IOException e) {
            throw new CompletionException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitIdle(ServiceProcess service, String... gauges) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        for (String gauge : gauges) {
            while (service.metric(gauge) != 0) {
                if (System.nanoTime() > deadline) {
                    throw new IOException(gauge + " is " + service.metric(gauge) + " with no client left");
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    private MarkdownTable table(List<Round> done) {
        MarkdownTable table = new MarkdownTable(
                "requests",
                "teacher RSS, MiB",
                "threads",
                "files",
                "native arrays",
                "the model's",
                "edge RSS, MiB",
                "threads",
                "files",
                "native arrays",
                "the model's");
        for (int i = 0; i < done.size(); i++) {
            Footprint teacher = done.get(i).teacher();
            Footprint edge = done.get(i).edge();
            table.row(
                    (long) requests * (i + 1) / rounds,
                    teacher.residentMib(),
                    teacher.threads(),
                    teacher.files(),
                    teacher.nativeArrays(),
                    teacher.modelArrays(),
                    edge.residentMib(),
                    edge.threads(),
                    edge.files(),
                    edge.nativeArrays(),
                    edge.modelArrays());
        }
        return table;
    }

    private boolean verdict(PrintWriter console, String service, List<Footprint> footprints) {
        boolean flat = flat(console, service + " RSS, MiB", footprints, Footprint::residentMib, tolerance, 0);
        flat &= flat(console, service + " threads", footprints, Footprint::threads, 0, SOME);
        flat &= flat(console, service + " files", footprints, Footprint::files, 0, 2 * SOME);
        flat &= flat(console, service + " native arrays", footprints, Footprint::nativeArrays, 0, 0);
        return flat & flat(console, service + " model's arrays", footprints, Footprint::modelArrays, 0, 0);
    }

    private static boolean flat(
            PrintWriter console,
            String name,
            List<Footprint> footprints,
            ToDoubleFunction<Footprint> value,
            double percent,
            int more) {
        int quarter = Math.max(1, footprints.size() / 4);
        double before = Percentiles.median(footprints.subList(quarter, 2 * quarter).stream(), value);
        double after =
                Percentiles.median(footprints.subList(footprints.size() - quarter, footprints.size()).stream(), value);
        boolean flat = after <= before * (1 + percent / 100) + more;
        console.printf(
                "%-22s %8.1f -> %8.1f (%+.1f %%) %s%n",
                name, before, after, 100 * (after / before - 1), flat ? "flat" : "GREW");
        return flat;
    }
}
