package io.gkt.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The container engine of this machine, with the images of both services. */
final class Engine {

    static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    private static final String PUBLIC_JRE = "eclipse-temurin:17-jre";
    private static boolean built;

    private Engine() {}

    /** How a program ended, and all that it said. */
    record Ended(int exitCode, String output) {}

    /** Builds the images from the Dockerfiles, once; skips the calling test where no engine or base image is. */
    static synchronized void requireImages() throws Exception {
        Ended version = run(Map.of(), "docker", "version", "--format", "{{.Server.APIVersion}}");
        assumeTrue(version.exitCode() == 0, "needs a container engine: docker says " + version.output());
        // Testcontainers would speak a newer one.
        System.setProperty(
                "api.version", version.output().lines().reduce("", (a, b) -> b).strip());
        if (built) {
            return;
        }
        for (String service : List.of("cloud-teacher", "edge-student")) {
            Ended build = run(
                    Map.of(),
                    "docker",
                    "build",
                    "--build-arg",
                    "JRE=" + jre(),
                    "--file",
                    service + "/Dockerfile",
                    "--tag",
                    image(service),
                    ".");
            assertThat(build.exitCode()).as(build.output()).isZero();
        }
        built = true;
    }

    /** The base of the images; skips the calling test where there is none. */
    static String jre() throws Exception {
        String jre = Optional.ofNullable(System.getenv("JRE")).orElse(PUBLIC_JRE);
        assumeTrue(
                run(Map.of(), "docker", "image", "inspect", jre).exitCode() == 0
                        || run(Map.of(), "docker", "pull", jre).exitCode() == 0,
                "needs the base image " + jre + ", or another in the variable JRE; deploy/docker/base-image makes one");
        return jre;
    }

    static String image(String service) {
        return "gkt/" + service + ":0.1.0";
    }

    /** Runs a program at the top of the repository; 127 if there is none. */
    static Ended run(Map<String, String> environment, String... command) throws Exception {
        try {
            ProcessBuilder program =
                    new ProcessBuilder(command).directory(PROJECT.toFile()).redirectErrorStream(true);
            program.environment().putAll(environment);
            Process process = program.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), output);
        } catch (IOException e) {
            return new Ended(127, e.getMessage());
        }
    }
}
