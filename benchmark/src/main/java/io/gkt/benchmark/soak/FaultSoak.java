package io.gkt.benchmark.soak;

import io.gkt.benchmark.process.ServiceJars;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import sun.misc.Signal;

/** The command. */
@Command(
        name = "fault-soak",
        description = {
            "Keeps an edge and its teacher at half of their capacity while one thing after the other goes wrong.",
            "",
            "First it asks some questions, to know the answers, and measures what the pair can do (closed loop). Then "
                    + "clients come at random times at half that rate (open loop): chat and completions, whole and "
                    + "streamed, greedy and sampled, several answers, several API keys, the teacher alone and "
                    + "directly, short deadlines, bad requests, strangers, and clients that leave. Each answer is "
                    + "checked: none may be missing, or half and claim to be whole, or be another's.",
            "",
            "A fault lasts a third of its cycle. At the end of each cycle no client comes until all are served, no "
                    + "request may be under way any more, and memory, threads, sockets, files and native arrays are "
                    + "counted. Edges die in the first quarter only, teachers in the first half. Of each process's "
                    + "last life the first third is left out; what it holds is flat if, along the median slope, it "
                    + "grew no more than is tolerated. Heaps and the pools of threads that serve requests have a "
                    + "fixed size. Linux only.",
            "",
            "SIGINT ends it early, with a report."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:flat, and all promises kept", "1:something grew, or a promise was broken", "2:wrong usage"},
        footerHeading = "%nExample:%n",
        footer = "  java -jar benchmark/target/bench.jar fault-soak --duration 1h --faults-every 1m")
public final class FaultSoak implements Callable<Integer> {

    private static final int USERS = 8;
    private static final double SHARE = 0.5;
    /** In which clients give up their connections. */
    private static final Duration REST = Duration.ofSeconds(3);

    private static final Duration IDLE_WITHIN = Duration.ofMinutes(2);

    @Mixin
    private ServiceJars jars;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "1h",
            converter = TimeConverter.class,
            description = "How long, such as 1h or 90s. Default: ${DEFAULT-VALUE}")
    private Duration duration;

    @Option(
            names = "--faults-every",
            paramLabel = "TIME",
            defaultValue = "1m",
            converter = TimeConverter.class,
            description = "How long a cycle is, at least 6s. Default: ${DEFAULT-VALUE}")
    private Duration every;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of requests, their times and faults. Default: ${DEFAULT-VALUE}")
    private long seed;

    @Option(
            names = "--tolerance",
            paramLabel = "PERCENT",
            defaultValue = "5",
            description = "Growth of memory that counts as flat. Default: ${DEFAULT-VALUE}")
    private double tolerance;

    @Spec
    private CommandSpec spec;

    private final List<Cycle> cycles = new ArrayList<>();

    /** Reads {@code 1h30m} as {@link Duration} reads {@code PT1H30M}. */
    private static final class TimeConverter implements ITypeConverter<Duration> {

        @Override
        public Duration convert(String value) {
            return Duration.parse("PT" + value);
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        // Clients give connections up before services do, or a request could meet the end of one, and before they are
        // counted.
        System.setProperty("jdk.httpclient.keepalive.timeout", "1");
        PrintWriter console = spec.commandLine().getOut();
        Promises promises = new Promises(console);
        Thread soak = Thread.currentThread();
        Signal.handle(new Signal("INT"), signal -> {
            promises.over();
            soak.interrupt();
        });
        try {
            run(console, promises);
        } catch (InterruptedException | IOException e) {
            if (!promises.areOver()) {
                throw e;
            }
        }
        boolean flat = !cycles.isEmpty() && new FaultSoakReport(cycles, tolerance).print(console);
        Tally all = new Tally();
        cycles.forEach(cycle -> {
            all.addAll(cycle.during());
            all.addAll(cycle.after());
        });
        console.printf(
                "%n%d requests in %d cycles: %s within %s %%; %d promises broken.%n",
                all.all(), cycles.size(), flat ? "flat" : "not flat", tolerance, promises.count());
        return flat && promises.count() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private void run(PrintWriter console, Promises promises) throws IOException, InterruptedException {
        ExecutorService saboteur = Executors.newSingleThreadExecutor();
        try (Pair pair = new Pair(jars);
                Visits visits = new Visits(pair, promises)) {
            try (Arrivals arrivals = new Arrivals(Mix.learn(seed, visits), visits)) {
                double capacity = arrivals.measure(USERS, every.dividedBy(2));
                console.printf("capacity %.1f requests/s; from now on %.1f%n", capacity, SHARE * capacity);
                Random random = new Random(seed);
                long begin = System.nanoTime();
                for (Trouble trouble : Trouble.schedule((int) Math.max(1, duration.dividedBy(every)), random)) {
                    Tally during = new Tally();
                    Tally after = new Tally();
                    // Clients don't wait while a process ends or starts.
                    Future<Trouble.End> onset =
                            saboteur.submit(() -> trouble.onset().begin(pair, promises, new Random(seed)));
                    arrivals.come(SHARE * capacity, random, every.dividedBy(3), during);
                    Future<?> over = saboteur.submit(() -> {
                        onset.get().end();
                        return null;
                    });
                    arrivals.come(
                            SHARE * capacity,
                            random,
                            every.dividedBy(3).multipliedBy(2).minus(REST),
                            after);
                    over.get();
                    arrivals.awaitNone();
                    TimeUnit.MILLISECONDS.sleep(REST.toMillis());
                    Cycle cycle = sample(pair, trouble, during, after, (System.nanoTime() - begin) / 60e9);
                    if (cycle.underWay() > 0) {
                        promises.broken(cycle.underWay() + " requests are under way with no client left");
                    }
                    cycles.add(cycle);
                    console.println(line(cycle));
                }
            }
        } catch (ExecutionException e) {
            throw new IOException("a fault could not be made: " + e.getCause(), e);
        } finally {
            saboteur.shutdownNow();
        }
    }

    /** Tries again for a while: a busy machine may keep a service from answering in time. */
    private static Cycle sample(Pair pair, Trouble trouble, Tally during, Tally after, double minutes)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + IDLE_WITHIN.toNanos();
        while (true) {
            boolean late = System.nanoTime() - deadline > 0;
            try {
                double underWay = underWay(pair);
                if (underWay == 0 || late) {
                    return new Cycle(
                            trouble,
                            during,
                            after,
                            minutes,
                            Footprint.of(pair.teacher().process()),
                            pair.teacher().life(),
                            Footprint.of(pair.edge().process()),
                            pair.edge().life(),
                            underWay);
                }
            } catch (HttpTimeoutException e) {
                if (late) {
                    throw e;
                }
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static double underWay(Pair pair) throws IOException, InterruptedException {
        return pair.teacher().process().metric("gkt_teacher_requests_running")
                + pair.teacher().process().metric("gkt_teacher_requests_waiting")
                + pair.edge().process().metric("gkt_student_requests_running")
                + pair.edge().process().metric("gkt_student_requests_waiting");
    }

    private static String line(Cycle cycle) {
        return "%s %-32s during: %s, %.0f %% guided; after: %s, %.0f %% guided; teacher %s, edge %s"
                .formatted(
                        LocalTime.now().truncatedTo(ChronoUnit.SECONDS),
                        cycle.trouble().name(),
                        cycle.during(),
                        cycle.during().guidedPercent(),
                        cycle.after(),
                        cycle.after().guidedPercent(),
                        line(cycle.teacher()),
                        line(cycle.edge()));
    }

    private static String line(Footprint footprint) {
        return "%.0f MiB, heap %.1f, %d threads, %d sockets"
                .formatted(footprint.residentMib(), footprint.heapMib(), footprint.threads(), footprint.sockets());
    }
}
