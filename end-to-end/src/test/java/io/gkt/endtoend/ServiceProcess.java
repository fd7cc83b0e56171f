package io.gkt.endtoend;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A service of its own process, with the embedded demo model. */
public final class ServiceProcess implements AutoCloseable {

    static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    /** Let the system choose. */
    public static final int ANY_PORT = 0;
    /** Exit code of a program that SIGTERM ended. */
    static final int TERMINATED = 143;

    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration STOP = Duration.ofSeconds(75);
    private static final Pattern LISTENING = Pattern.compile("Tomcat started on port (\\d+)");
    private static final AtomicInteger STARTED = new AtomicInteger();

    private final Process process;
    private final Path log;
    private final int port;
    /** Has certificates, if the service asks for TLS; null otherwise. */
    private final HttpClient secure;

    private ServiceProcess(
            String module, int wantedPort, Map<String, String> environment, HttpClient secure, String... settings)
            throws Exception {
        this.secure = secure;
        log = Files.createDirectories(Path.of("target", "logs"))
                .resolve(STARTED.incrementAndGet() + "-" + module + ".log");
        ProcessBuilder program = program(UnpackedService.command(module), settings);
        program.command().add("--server.port=" + wantedPort);
        environment.forEach((name, value) -> {
            if (value.isEmpty()) {
                program.environment().remove(name);
            } else {
                program.environment().put(name, value);
            }
        });
        process = program.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            port = awaitPort();
            await("ready", START, () -> api().get("/readyz").statusCode() == 200);
        } catch (Exception | Error e) {
            close();
            throw e;
        }
    }

    /** A service's jar. */
    static Path jar(String module) {
        return Path.of("..", module, "target", module + ".jar").toAbsolutePath();
    }

    /** The program of a service as users start it, not started yet. */
    public static ProcessBuilder program(String module, String setting, String... settings) {
        return program(
                List.of(
                        JAVA,
                        UnpackedService.FIRST_COMPILER_ONLY,
                        "-jar",
                        jar(module).toString(),
                        setting),
                settings);
    }

    private static ProcessBuilder program(List<String> beginning, String... settings) {
        List<String> command = new ArrayList<>(beginning);
        command.addAll(Arrays.asList(settings));
        ProcessBuilder program = new ProcessBuilder(command);
        program.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        program.environment().put("OMP_NUM_THREADS", "1");
        return program;
    }

    /** A service with these settings and no others. */
    public static ServiceProcess start(String module, int port, String... settings) throws Exception {
        return new ServiceProcess(module, port, Map.of(), null, settings);
    }

    /** A service on any port that is configured as containers are. */
    public static ServiceProcess start(String module, Map<String, String> environment) throws Exception {
        return start(module, environment, new String[0]);
    }

    /** A service on any port with this environment and these settings; an empty value takes a variable away. */
    public static ServiceProcess start(String module, Map<String, String> environment, String... settings)
            throws Exception {
        return new ServiceProcess(module, ANY_PORT, environment, null, settings);
    }

    /** A service on any port that its settings let speak TLS, with a client that it lets in. */
    public static ServiceProcess start(String module, HttpClient secure, String... settings) throws Exception {
        return new ServiceProcess(module, ANY_PORT, Map.of(), secure, settings);
    }

    /** A teacher with these settings. */
    public static ServiceProcess teacher(int port, String... settings) throws Exception {
        return start("cloud-teacher", port, settings);
    }

    /** An edge of that teacher, on any port, with these settings. */
    public static ServiceProcess edge(URI teacher, String... settings) throws Exception {
        String[] all = Arrays.copyOf(settings, settings.length + 1);
        all[settings.length] = "--gkt.student.teacher.url=" + teacher;
        return start("edge-student", ANY_PORT, all);
    }

    /** A port that nobody listens on now. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private int awaitPort() throws Exception {
        int[] found = new int[1];
        await("listening", START, () -> {
            Matcher matcher = LISTENING.matcher(Files.readString(log));
            found[0] = matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
            return found[0] != 0;
        });
        return found[0];
    }

    /** A condition of the outside world. */
    public interface Condition {
        boolean holds() throws Exception;
    }

    /** Waits for what must come to pass while the process lives; its log is part of the failure. */
    public void await(String what, Duration limit, Condition condition) throws Exception {
        Instant deadline = Instant.now().plus(limit);
        while (!holds(condition)) {
            if (!process.isAlive() || Instant.now().isAfter(deadline)) {
                throw new AssertionError("not " + what + (process.isAlive() ? " in time" : ": it has ended") + "; "
                        + log + " ends:\n" + tail());
            }
            Thread.sleep(50);
        }
    }

    private static boolean holds(Condition condition) throws Exception {
        try {
            return condition.holds();
        } catch (IOException e) {
            return false;
        }
    }

    private String tail() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    /** What it has logged so far. */
    public String log() throws IOException {
        return Files.readString(log);
    }

    /** What the system calls the process. */
    long pid() {
        return process.pid();
    }

    public int port() {
        return port;
    }

    /** Where it listens. */
    public URI url() {
        return URI.create((secure == null ? "http://127.0.0.1:" : "https://localhost:") + port);
    }

    public Api api() {
        return secure == null ? new Api(url()) : new Api(url(), secure);
    }

    /** Value of a metric; 0 if there is none. */
    public double metric(String name) throws Exception {
        return metric(api(), name);
    }

    /** Value of a metric of a service that has them on another port. */
    public static double metric(Api metrics, String name) throws Exception {
        return metrics.get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Memory that it has in use, in bytes, as Linux counts it; empty on other systems. */
    public OptionalLong residentBytes() throws IOException {
        Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
        if (!Files.exists(status)) {
            return OptionalLong.empty();
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst();
    }

    /** SIGKILL: it gets no chance to say goodbye. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGSTOP: it keeps its connections and does nothing, as a machine that hangs. */
    void pause() throws Exception {
        signal("STOP");
    }

    /** SIGCONT: it goes on where it stood. */
    void resume() throws Exception {
        signal("CONT");
    }

    private void signal(String name) throws Exception {
        int exitCode = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (exitCode != 0) {
            throw new AssertionError("kill -" + name + " failed with " + exitCode);
        }
    }

    /** SIGTERM, without waiting. */
    public void terminate() {
        process.destroy();
    }

    /** Waits for the end. */
    public int exitCode() throws Exception {
        if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("still running; " + log + " ends:\n" + tail());
        }
        return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
