package io.gkt.benchmark.process;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A service that runs from its jar in a process of its own, on a free port of the loopback interface. It writes what it
 * logs to a file under {@code target/bench}, and ends with the benchmark at the latest.
 */
public final class ServiceProcess implements AutoCloseable {

    private static final Path LOGS = Path.of("target", "bench");
    /** Large models take their time to load. */
    private static final Duration START = Duration.ofMinutes(10);

    /** Longer than services take by themselves. */
    private static final Duration STOP = Duration.ofSeconds(70);

    private static final Pattern LISTENING = Pattern.compile("Tomcat started on port (\\d+)");
    private static final AtomicInteger STARTED = new AtomicInteger();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Process process;
    private final Path log;
    private final Thread killer;
    private final URI url;

    private ServiceProcess(Process process, Path log) throws IOException, InterruptedException {
        this.process = process;
        this.log = log;
        this.killer = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(killer);
        try {
            this.url = awaitReady();
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts a service and waits until it is ready.
     *
     * @param jar         the service's
     * @param environment variables besides this process's own, such as {@code OMP_NUM_THREADS}
     * @param settings    such as {@code --gkt.teacher.max-batch-size=8}
     * @return the service, ready
     * @throws IOException if there is no such jar, or the service ends before it is ready; says what it logged last
     */
    public static ServiceProcess start(Path jar, Map<String, String> environment, List<String> settings)
            throws IOException, InterruptedException {
        if (!Files.isRegularFile(jar)) {
            throw new NoSuchFileException(
                    jar.toString(), null, "no jar is there; build it with: mvn -B package -DskipTests");
        }
        String name = jar.getFileName().toString().replace(".jar", "");
        Path log = Files.createDirectories(LOGS)
                .resolve(ProcessHandle.current().pid() + "-" + STARTED.incrementAndGet() + "-" + name + ".log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                jar.toString(),
                "--server.port=0"));
        command.addAll(settings);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        return new ServiceProcess(builder.start(), log);
    }

    private URI awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (process.isAlive() && System.nanoTime() < deadline) {
            OptionalInt port = port();
            if (port.isPresent()) {
                URI found = URI.create("http://127.0.0.1:" + port.getAsInt());
                if (ready(found)) {
                    return found;
                }
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new IOException(log + (process.isAlive() ? ": not ready in time" : ": ended with " + process.exitValue())
                + "; the log ends:\n" + tail());
    }

    private static boolean ready(URI service) throws IOException, InterruptedException {
        try {
            return get(service.resolve("/readyz")).statusCode() == 200;
        } catch (HttpTimeoutException e) {
            return false;
        }
    }

    private OptionalInt port() throws IOException {
        Matcher matcher = LISTENING.matcher(Files.readString(log));
        return matcher.find() ? OptionalInt.of(Integer.parseInt(matcher.group(1))) : OptionalInt.empty();
    }

    private String tail() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }

    private static HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(), BodyHandlers.ofString());
    }

    /** @return where it listens, without a path */
    public URI url() {
        return url;
    }

    /** @return its process id */
    public long pid() {
        return process.pid();
    }

    /** @return where it logs */
    public Path log() {
        return log;
    }

    /**
     * Asks for a metric.
     *
     * @param name as Prometheus writes it, such as {@code gkt_teacher_batch_size_sum}
     * @return its value, summed over its tags; 0 if there is none
     * @throws IOException if the service does not answer
     */
    public double metric(String name) throws IOException, InterruptedException {
        return get(url.resolve("/actuator/prometheus"))
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Ends it with SIGKILL: it gets no chance to say goodbye. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        forget();
    }

    /**
     * Ends it with SIGTERM, and with SIGKILL if it takes longer than 70 s.
     *
     * @return its exit code
     */
    public int terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        forget();
        return process.exitValue();
    }

    private void forget() {
        try {
            Runtime.getRuntime().removeShutdownHook(killer);
        } catch (IllegalStateException shuttingDown) {
            // It runs, and does the same.
        }
    }

    /** As {@link #terminate}. */
    @Override
    public void close() {
        try {
            terminate();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            forget();
            Thread.currentThread().interrupt();
        }
    }
}
