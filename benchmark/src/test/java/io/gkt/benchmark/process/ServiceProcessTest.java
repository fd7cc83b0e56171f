package io.gkt.benchmark.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With small programs in the services' place, whose jars are built after this module. */
class ServiceProcessTest {

    @TempDir
    Path directory;

    /** Is ready at the second time of asking. */
    static final class Ready {

        public static void main(String[] arguments) throws IOException {
            HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
            int[] asked = new int[1];
            server.createContext("/readyz", exchange -> {
                exchange.sendResponseHeaders(asked[0]++ == 0 ? 503 : 200, -1);
                exchange.close();
            });
            server.createContext("/actuator/prometheus", exchange -> {
                byte[] body = "asked_total 7\nasked_total{who=\"%s\"} %d\n"
                        .formatted(System.getenv("WHO"), asked[0])
                        .getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
            System.out.println("Started with " + List.of(arguments));
            System.out.println("Tomcat started on port " + server.getAddress().getPort() + " (http)");
        }
    }

    /** Ends before it is ready. */
    static final class Broken {

        public static void main(String[] arguments) {
            System.out.println("There is no such model");
            System.exit(3);
        }
    }

    private Path jar(Class<?> main) throws Exception {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main.getName());
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        main.getProtectionDomain().getCodeSource().getLocation().toString());
        Path jar = directory.resolve("service.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        return jar;
    }

    @Test
    void isReadyOnceStartedAndGoneOnceClosed() throws Exception {
        ServiceProcess service = ServiceProcess.start(jar(Ready.class), Map.of("WHO", "me"), List.of("--a=b"));
        try (service) {
            assertThat(service.metric("asked_total")).isEqualTo(7 + 2);
            assertThat(service.metric("asked")).isZero();
            assertThat(service.log()).content().contains("[--server.port=0, --a=b]");
        }
        assertThat(ProcessHandle.of(service.pid())).isEmpty();
    }

    @Test
    void whatEndsBeforeItIsReadyIsReportedWithItsLog() {
        assertThatThrownBy(() -> ServiceProcess.start(jar(Broken.class), Map.of(), List.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("ended with 3", "There is no such model");
    }

    @Test
    void aMissingJarIsReportedWithWhatToDo() {
        assertThatThrownBy(() -> ServiceProcess.start(directory.resolve("none.jar"), Map.of(), List.of()))
                .hasMessageContainingAll("none.jar", "mvn -B package");
    }
}
