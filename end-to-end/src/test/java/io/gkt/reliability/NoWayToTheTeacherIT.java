package io.gkt.reliability;

import static io.gkt.endtoend.Api.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.endtoend.Api;
import io.gkt.endtoend.Problems;
import io.gkt.endtoend.ServiceProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The edge starts, is ready and answers when no connection to the teacher comes about. */
@Timeout(180)
class NoWayToTheTeacherIT {

    private static final String PASSWORD = "changeit";

    @TempDir
    private static Path directory;

    private static void assertAnswersAlone(URI teacher) throws Exception {
        try (ServiceProcess edge = ServiceProcess.edge(teacher, "--gkt.student.guidance.timeout=2s")) {
            assertThat(edge.api().get("/readyz").statusCode()).isEqualTo(200);
            for (int i = 0; i < 7; i++) {
                JsonNode answer = Api.success(edge.api().send(edge.api().post(CHAT, Problems.chat(i))));

                assertThat(Api.outcome(answer)).isIn("fallback_error", "fallback_timeout", "fallback_circuit_open");
                assertThat(Api.text(answer)).isNotBlank();
                assertThat(answer.path("gkt")
                                .path("timings")
                                .path("guidance_ms")
                                .asDouble())
                        .isLessThan(4_000);
            }
            assertThat(edge.metric("gkt_student_guidance_seconds_count{outcome=\"fallback_circuit_open\"}"))
                    .as("answers for which it was not tried again")
                    .isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void nobodyKnowsItsName() throws Exception {
        assertAnswersAlone(URI.create("http://teacher.invalid:8090"));
    }

    @Test
    void nobodyListens() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0)) {
            port = closed.getLocalPort();
        }
        assertAnswersAlone(URI.create("http://127.0.0.1:" + port));
    }

    @Test
    void whoListensSpeaksNoTls() throws Exception {
        try (ServiceProcess teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT)) {
            assertAnswersAlone(URI.create("https://127.0.0.1:" + teacher.port()));
        }
    }

    @Test
    void whoListensHasACertificateOfStrangers() throws Exception {
        try (ServerSocket stranger =
                certificate().getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread handshakes = new Thread(() -> {
                while (!stranger.isClosed()) {
                    try {
                        stranger.accept().getInputStream().read();
                    } catch (IOException e) {
                        // The edge has refused, or the test is over.
                    }
                }
            });
            handshakes.setDaemon(true);
            handshakes.start();
            assertAnswersAlone(URI.create("https://localhost:" + stranger.getLocalPort()));
        }
    }

    private static SSLContext certificate() throws Exception {
        Path file = directory.resolve("stranger.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD)
                .inheritIO()
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }
}
