package io.gkt.container;

import static io.gkt.endtoend.Api.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.model.ContainerNetwork;
import io.gkt.endtoend.Api;
import io.gkt.endtoend.Problems;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.containers.Network;
import tools.jackson.databind.JsonNode;

/** The pair as containers of the images that the Dockerfiles describe, on a network of its own. */
@Timeout(300)
class ContainersIT {

    private static final String TEACHER_URL = "http://cloud-teacher:8090";
    private static final String UID = "10001";
    private static final int CLIENTS = 8;

    private static Network network;
    private static Service teacher;
    private static Service edge;

    @BeforeAll
    static void startThePair() throws Exception {
        Engine.requireImages();
        network = Network.newNetwork();
        teacher = Service.teacher(network, Map.of());
        edge = Service.edge(
                network, Map.of("GKT_STUDENT_TEACHER_URL", TEACHER_URL, "GKT_STUDENT_GUIDANCE_TIMEOUT", "2s"));
    }

    @AfterAll
    static void stopThePair() throws Exception {
        for (AutoCloseable started :
                Stream.of(edge, teacher, network).filter(Objects::nonNull).toList()) {
            started.close();
        }
    }

    @Test
    void guidanceFlowsByTheNameOfTheService() throws Exception {
        JsonNode answer = answer(1);

        assertThat(Api.outcome(answer)).isIn("used", "complete");
        assertThat(answer.at("/gkt/guidance/model").asString()).isEqualTo("demo-teacher");
    }

    /** How an edge loses its teacher, and gets it back. */
    enum Loss {
        PAUSED {
            @Override
            void begin() {
                teacher.docker().pauseContainerCmd(teacher.id()).exec();
            }

            @Override
            void end() {
                teacher.docker().unpauseContainerCmd(teacher.id()).exec();
            }
        },
        DISCONNECTED {
            @Override
            void begin() {
                teacher.docker()
                        .disconnectFromNetworkCmd()
                        .withNetworkId(network.getId())
                        .withContainerId(teacher.id())
                        .exec();
            }

            @Override
            void end() {
                teacher.docker()
                        .connectToNetworkCmd()
                        .withNetworkId(network.getId())
                        .withContainerId(teacher.id())
                        .withContainerNetwork(new ContainerNetwork().withAliases(teacher.name()))
                        .exec();
            }
        },
        KILLED {
            @Override
            void begin() {
                teacher.docker().killContainerCmd(teacher.id()).exec();
            }

            @Override
            void end() {
                teacher.docker().startContainerCmd(teacher.id()).exec();
            }
        };

        abstract void begin();

        abstract void end();
    }

    @ParameterizedTest
    @EnumSource
    void theEdgeAnswersWithoutItsTeacherAndIsGuidedAgain(Loss loss) throws Exception {
        awaitGuidance();
        loss.begin();
        try {
            for (int i = 0; i < 10; i++) {
                JsonNode answer = answer(i);
                assertThat(Api.outcome(answer)).startsWith("fallback_");
                assertThat(Api.text(answer)).isNotBlank();
            }
        } finally {
            loss.end();
        }
        awaitGuidance();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cloud-teacher", "edge-student"})
    void itRunsAsNobodyAndWritesNothing(String name) throws Exception {
        Service service = name.equals(teacher.name()) ? teacher : edge;

        assertThat(service.inspect().getConfig().getUser()).isEqualTo(UID + ":" + UID);
        assertThat(service.exec("id", "-u").getStdout().strip()).isEqualTo(UID);
        assertThat(service.exec("cat", "/proc/1/status").getStdout())
                .containsPattern("Uid:\\s+" + UID + "\\s+" + UID)
                .containsPattern("CapEff:\\s+0+\n")
                .containsPattern("NoNewPrivs:\\s+1\n");
        assertThat(service.inspect().getHostConfig().getReadonlyRootfs()).isTrue();
        assertThat(service.exec("touch", "/opt/gkt/native/x").getExitCode()).isNotZero();
        assertThat(service.container()
                        .execInContainerWithUser("0", "touch", "/opt/gkt/x")
                        .getStderr())
                .contains("Read-only file system");
        // No library was unpacked, by DJL or by JNA: the embedded model and the JVM's own counters are all that there
        // is.
        assertThat(service.exec("find", "/tmp", "-type", "f").getStdout().lines())
                .allMatch(file -> file.startsWith("/tmp/hsperfdata_") || file.startsWith("/tmp/gkt-demo-models-"));
        assertThat(service.container().getLogs().lines())
                // Other tests keep the teacher away.
                .filteredOn(line -> !line.contains("TeacherReplica"))
                .noneMatch(line -> line.contains("WARN") || line.contains("ERROR"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cloud-teacher", "edge-student"})
    void withoutKeysItDoesNotStart(String name) throws Exception {
        Engine.Ended ended = Engine.run(Map.of(), "docker", "run", "--rm", Engine.image(name));

        assertThat(ended.exitCode()).isNotZero();
        assertThat(ended.output()).contains("Can't start: ", "gkt.access.open=true");
    }

    @Test
    void oneGibibyteAndOneCpuAreEnoughForTheEdge() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> calls = IntStream.range(0, 4 * CLIENTS)
                .mapToObj(i -> edge.api()
                        .sendAsync(
                                edge.api().post(CHAT, Problems.chat(i, "\"max_tokens\": 200", "\"min_tokens\": 100"))))
                .toList();
        for (CompletableFuture<HttpResponse<String>> call : calls) {
            assertThat(Api.text(Api.success(call.get()))).isNotBlank();
        }

        assertThat(edge.inspect().getHostConfig().getMemory()).isEqualTo(Service.GIBIBYTE);
        assertThat(edge.inspect().getHostConfig().getNanoCPUs()).isEqualTo(1_000_000_000L);
        ContainerState state = edge.inspect().getState();
        assertThat(state.getRunning()).isTrue();
        assertThat(state.getOOMKilled()).isFalse();
    }

    @Test
    void sigtermLetsTheRunningAnswerFinish() throws Exception {
        try (Service alone = Service.edge(network, Map.of())) {
            Api api = alone.api();
            CompletableFuture<HttpResponse<String>> call =
                    api.sendAsync(api.post(CHAT, Problems.chat(1, "\"max_tokens\": 400", "\"min_tokens\": 400")));
            await(
                    "running",
                    Duration.ofSeconds(20),
                    () -> api.get("/actuator/prometheus").body().contains("gkt_student_requests_running 1.0"));

            alone.docker().stopContainerCmd(alone.id()).withTimeout(60).exec();

            assertThat(Api.success(call.get()).at("/choices/0/finish_reason").asString())
                    .isEqualTo("length");
            assertThat(alone.inspect().getState().getExitCodeLong())
                    .as("ended by itself; SIGKILL would give 137")
                    .isZero();
        }
    }

    private static JsonNode answer(int problem) throws Exception {
        return Api.success(edge.api().send(edge.api().post(CHAT, Problems.chat(problem))));
    }

    /** Not longer than a circuit breaker stays open, an address is remembered, or a teacher starts. */
    private static void awaitGuidance() throws Exception {
        await(
                "guided",
                Duration.ofSeconds(120),
                () -> List.of("used", "complete").contains(Api.outcome(answer(1))));
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String what, Duration limit, Condition condition) throws Exception {
        Instant deadline = Instant.now().plus(limit);
        while (!condition.holds()) {
            assertThat(Instant.now()).as("not " + what + " in time").isBefore(deadline);
            Thread.sleep(100);
        }
    }
}
