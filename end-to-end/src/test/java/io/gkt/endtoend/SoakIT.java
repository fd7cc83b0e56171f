package io.gkt.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The soak, shortened: whoever forgets to free something with each request is found out. */
@EnabledOnOs(OS.LINUX)
@Timeout(630)
class SoakIT {

    /** The JVM itself still warms up: compiled code, buffers. */
    private static final String TOLERANCE = "15";

    @TempDir
    private Path directory;

    @Test
    void neitherServiceGrowsWithItsRequests() throws Exception {
        assertThat(soak("soak", "--requests=160", "--rounds=4"))
                .contains("teacher native arrays", "edge model's arrays", "160 requests: flat")
                .doesNotContain("GREW");
    }

    /** Both services die and come back, and three other things go wrong. */
    @Test
    void neitherServiceGrowsOrBreaksPromisesWhateverGoesWrong() throws Exception {
        assertThat(soak("fault-soak", "--duration=60s", "--faults-every=10s"))
                .contains(
                        "edge killed", "teacher killed", "teacher terminated", "in 6 cycles: flat", "0 promises broken")
                .doesNotContain("GREW", "BROKEN");
    }

    private String soak(String command, String... options) throws Exception {
        Path output = directory.resolve("output");
        List<String> program = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                "../benchmark/target/bench.jar",
                command,
                "--teacher-jar=../cloud-teacher/target/cloud-teacher.jar",
                "--edge-jar=../edge-student/target/edge-student.jar",
                "--tolerance=" + TOLERANCE));
        program.addAll(List.of(options));
        ProcessBuilder soak = new ProcessBuilder(program);
        // Services start several times.
        soak.environment().put("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");
        soak.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        soak.environment().put("OMP_NUM_THREADS", "1");
        Process process =
                soak.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertThat(process.waitFor(600, TimeUnit.SECONDS))
                    .as(() -> "has ended: " + read(output))
                    .isTrue();
        } finally {
            process.destroy();
        }
        assertThat(process.exitValue()).as(read(output)).isZero();
        return read(output);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
