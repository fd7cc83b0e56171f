package io.gkt.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The soak, shortened: whoever forgets to free something with each request is found out. */
@EnabledOnOs(OS.LINUX)
@Timeout(330)
class SoakIT {

    /** The JVM itself still warms up: compiled code, buffers. */
    private static final String TOLERANCE = "15";

    @TempDir
    private Path directory;

    @Test
    void neitherServiceGrowsWithItsRequests() throws Exception {
        Path output = directory.resolve("output");
        ProcessBuilder soak = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                "../benchmark/target/bench.jar",
                "soak",
                "--teacher-jar=../cloud-teacher/target/cloud-teacher.jar",
                "--edge-jar=../edge-student/target/edge-student.jar",
                "--requests=160",
                "--rounds=4",
                "--tolerance=" + TOLERANCE);
        soak.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        soak.environment().put("OMP_NUM_THREADS", "1");
        Process process =
                soak.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertThat(process.waitFor(300, TimeUnit.SECONDS)).as("has ended").isTrue();
        } finally {
            process.destroy();
        }
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        assertThat(Files.readString(output))
                .contains("teacher native arrays", "edge model's arrays", "160 requests: flat")
                .doesNotContain("GREW");
    }
}
