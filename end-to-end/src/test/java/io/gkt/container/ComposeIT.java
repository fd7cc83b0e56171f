package io.gkt.container;

import static io.gkt.endtoend.Api.CHAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gkt.endtoend.Api;
import io.gkt.endtoend.Problems;
import io.gkt.endtoend.ServiceProcess;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * What {@code docker-compose.yml} starts, but for Grafana, with its keys. Prometheus is this machine's, in an image like
 * the public one.
 */
@Timeout(300)
class ComposeIT {

    private static final String PROMETHEUS = "gkt/prometheus:test";
    private static final String KEY = "a-key-of-a-client-in-a-test";

    @TempDir
    private static Path directory;

    private static List<String> compose;
    private static Map<String, String> environment;
    private static int edgePort;
    private static int prometheusPort;

    @BeforeAll
    static void start() throws Exception {
        Engine.requireImages();
        compose = Stream.of(List.of("docker", "compose"), List.of("docker-compose"))
                .filter(ComposeIT::runs)
                .findFirst()
                .orElse(List.of());
        assumeTrue(!compose.isEmpty(), "needs docker compose; Debian's package docker-compose has it");
        makePrometheus();
        Path secrets = Files.createDirectory(directory.resolve("secrets"));
        Files.writeString(secrets.resolve("client-key"), KEY + "\n");
        Files.writeString(secrets.resolve("edge-key"), "a-key-of-an-edge-in-a-test\n");
        Files.writeString(secrets.resolve("grafana-password"), "unused\n");
        edgePort = ServiceProcess.freePort();
        prometheusPort = ServiceProcess.freePort();
        environment = Map.of(
                "COMPOSE_PROJECT_NAME", "gkt-test-" + ProcessHandle.current().pid(),
                "SECRETS", secrets.toString(),
                "EDGE_PORT", "127.0.0.1:" + edgePort,
                "PROMETHEUS_PORT", "127.0.0.1:" + prometheusPort,
                "PROMETHEUS_IMAGE", PROMETHEUS);
        Engine.Ended up = compose("up", "--detach", "cloud-teacher", "edge-student", "prometheus");
        assertThat(up.exitCode()).as(() -> up.output() + logs()).isZero();
    }

    @AfterAll
    static void stop() throws Exception {
        if (environment != null) {
            compose("down", "--volumes", "--timeout", "20");
        }
    }

    /** The program that this machine has, where the public image has it. */
    private static void makePrometheus() throws Exception {
        Path context = Files.createDirectory(directory.resolve("prometheus"));
        for (String program : List.of("prometheus", "promtool")) {
            Path path = Path.of("/usr/bin", program);
            assumeTrue(Files.exists(path), "needs " + path + "; Debian's package prometheus has it");
            Files.copy(path, context.resolve(program));
        }
        Files.writeString(context.resolve("Dockerfile"), """
                FROM %s
                COPY prometheus promtool /bin/
                RUN mkdir /prometheus && chown 65534:65534 /prometheus
                USER 65534
                WORKDIR /prometheus
                ENTRYPOINT ["/bin/prometheus"]
                """.formatted(Engine.jre()));
        Engine.Ended build = Engine.run(Map.of(), "docker", "build", "--tag", PROMETHEUS, context.toString());
        assertThat(build.exitCode()).as(build.output()).isZero();
    }

    @Test
    void aClientWithItsKeyIsAnsweredWithGuidance() throws Exception {
        Api api = new Api(URI.create("http://127.0.0.1:" + edgePort));
        byte[] chat = Problems.chat(1).getBytes(StandardCharsets.UTF_8);

        assertThat(api.send(api.post(CHAT, Problems.chat(1))).statusCode()).isEqualTo(401);
        HttpResponse<String> response = api.send(api.post(CHAT, chat, "Authorization", "Bearer " + KEY));
        assertThat(Api.outcome(Api.success(response))).isIn("used", "complete");
    }

    @Test
    void prometheusSeesBothAndKnowsTheRules() throws Exception {
        Api api = new Api(URI.create("http://127.0.0.1:" + prometheusPort));
        Instant deadline = Instant.now().plus(Duration.ofSeconds(60));
        List<String> up;
        do {
            assertThat(Instant.now()).isBefore(deadline);
            Thread.sleep(500);
            JsonNode result =
                    Api.success(api.get("/api/v1/query?query=up%3D%3D1")).at("/data/result");
            up = StreamSupport.stream(result.spliterator(), false)
                    .map(series -> series.at("/metric/job").asString())
                    .sorted()
                    .toList();
        } while (!up.equals(List.of("cloud-teacher", "edge-student")));
        assertThat(Api.success(api.get("/api/v1/rules")).at("/data/groups")).isNotEmpty();
    }

    @Test
    void everyContainerIsConfinedAndHealthy() throws Exception {
        for (String service : List.of("cloud-teacher", "edge-student", "prometheus")) {
            String id = compose("ps", "--quiet", service).output().strip();
            String format = "{{.State.Health.Status}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}"
                    + " {{.HostConfig.SecurityOpt}}";
            Instant deadline = Instant.now().plus(Duration.ofSeconds(60));
            String state;
            // Nobody waited for the last one to become healthy.
            do {
                assertThat(Instant.now()).as(service).isBefore(deadline);
                Thread.sleep(200);
                state = Engine.run(Map.of(), "docker", "inspect", "--format", format, id)
                        .output()
                        .strip();
            } while (state.startsWith("starting "));
            assertThat(state).as(service).isEqualTo("healthy true [ALL] [no-new-privileges:true]");
        }
    }

    private static boolean runs(List<String> program) {
        try {
            List<String> command = new ArrayList<>(program);
            command.add("version");
            return Engine.run(Map.of(), command.toArray(String[]::new)).exitCode() == 0;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Engine.Ended compose(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(compose);
        command.addAll(Arrays.asList(arguments));
        return Engine.run(environment, command.toArray(String[]::new));
    }

    private static String logs() {
        try {
            return compose("logs").output();
        } catch (Exception e) {
            return e.toString();
        }
    }
}
