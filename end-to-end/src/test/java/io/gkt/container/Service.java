package io.gkt.container;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Capability;
import io.gkt.endtoend.Api;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * A service in a container as {@code docker-compose.yml} runs it: no privileges, nothing to write to but {@code /tmp},
 * one CPU.
 */
record Service(GenericContainer<?> container, String name, int port) implements AutoCloseable {

    static final long GIBIBYTE = 1L << 30;

    static Service teacher(Network network, Map<String, String> settings) {
        return start("cloud-teacher", 8090, network, settings);
    }

    static Service edge(Network network, Map<String, String> settings) {
        return start("edge-student", 8080, network, settings);
    }

    private static Service start(String name, int port, Network network, Map<String, String> settings) {
        GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(Engine.image(name)))
                .withNetwork(network)
                .withNetworkAliases(name)
                .withExposedPorts(port)
                .withEnv("OMP_NUM_THREADS", "1")
                .withEnv("GKT_ACCESS_OPEN", "true")
                .withEnv(settings)
                .withCreateContainerCmdModifier(command -> command.getHostConfig()
                        .withReadonlyRootfs(true)
                        .withTmpFs(Map.of("/tmp", "rw,noexec,nosuid,size=64m"))
                        .withCapDrop(Capability.ALL)
                        .withSecurityOpts(List.of("no-new-privileges:true"))
                        .withMemory(GIBIBYTE)
                        .withMemorySwap(GIBIBYTE)
                        .withNanoCPUs(1_000_000_000L))
                .waitingFor(Wait.forHealthcheck().withStartupTimeout(Duration.ofMinutes(3)));
        try {
            container.start();
        } catch (RuntimeException e) {
            throw new AssertionError(name + " did not start:\n" + container.getLogs(), e);
        }
        return new Service(container, name, port);
    }

    Api api() {
        return new Api(URI.create("http://127.0.0.1:" + container.getMappedPort(port)));
    }

    DockerClient docker() {
        return container.getDockerClient();
    }

    String id() {
        return container.getContainerId();
    }

    InspectContainerResponse inspect() {
        return docker().inspectContainerCmd(id()).exec();
    }

    /** Runs a program in there, as the service's user. */
    ExecResult exec(String... command) throws Exception {
        return container.execInContainer(command);
    }

    @Override
    public void close() {
        container.stop();
    }
}
