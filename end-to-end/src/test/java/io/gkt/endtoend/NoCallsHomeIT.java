package io.gkt.endtoend;

import static io.gkt.endtoend.Api.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** Neither service talks to anybody whom it was not told to: DJL neither reports its use nor fetches anything. */
@Timeout(180)
@EnabledForJreRange(max = JRE.JAVA_23, disabledReason = "later ones have no security manager to watch them with")
class NoCallsHomeIT {

    @TempDir
    private Path directory;

    @BeforeEach
    void prepareTheWitness() throws IOException {
        String file = ConnectionWitness.class.getName().replace('.', '/') + ".class";
        Path copy = directory.resolve(file);
        Files.createDirectories(copy.getParent());
        try (InputStream witness = ConnectionWitness.class.getResourceAsStream("/" + file)) {
            Files.copy(witness, copy);
        }
    }

    private Map<String, String> watched(String name, String... options) {
        return Map.of(
                "JDK_JAVA_OPTIONS",
                String.join(
                        " ",
                        "-Xbootclasspath/a:" + directory,
                        "-Djava.security.manager=" + ConnectionWitness.class.getName(),
                        "-D" + ConnectionWitness.FILE + "=" + directory.resolve(name),
                        String.join(" ", options)));
    }

    /** Others than this machine. */
    private List<String> met(String name) throws IOException {
        Path file = directory.resolve(name);
        Set<String> here =
                Set.of("127.0.0.1", "localhost", InetAddress.getLocalHost().getHostName());
        return Files.exists(file)
                ? Files.readAllLines(file).stream()
                        .filter(host -> !here.contains(host))
                        .distinct()
                        .toList()
                : List.of();
    }

    @Test
    void thePairTalksToItself() throws Exception {
        try (ServiceProcess teacher = ServiceProcess.start("cloud-teacher", watched("teacher"));
                ServiceProcess edge = ServiceProcess.start(
                        "edge-student", watched("edge"), "--gkt.student.teacher.url=" + teacher.url())) {
            String outcome = Api.outcome(Api.success(edge.api().send(edge.api().post(CHAT, Problems.chat(1)))));

            assertThat(outcome).isIn("used", "complete");
            assertThat(Files.readAllLines(directory.resolve("edge")))
                    .as("what is watched")
                    .contains("127.0.0.1");
            assertThat(met("edge")).isEmpty();
            assertThat(met("teacher")).isEmpty();
        }
    }

    /** So that the other test would see it. */
    @Test
    void djlWouldReportItsUseIfItWereLet() throws Exception {
        try (ServiceProcess teacher = ServiceProcess.start(
                "cloud-teacher", watched("talkative", "-DOPT_OUT_TRACKING=false", "-Dai.djl.offline=false"))) {
            assertThat(teacher.url()).isNotNull();
            assertThat(met("talkative")).contains("169.254.169.254");
        }
    }
}
