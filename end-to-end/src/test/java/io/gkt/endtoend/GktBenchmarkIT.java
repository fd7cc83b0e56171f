package io.gkt.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark's simulation beside a run of the real pair, with models of no size: what is compared, not how near. */
@Timeout(180)
class GktBenchmarkIT {

    @TempDir
    private Path directory;

    @Test
    void theRealPairIsComparedWithTheSimulation() throws Exception {
        Path output = directory.resolve("output");
        ProcessBuilder bench = new ProcessBuilder(
                ServiceProcess.JAVA,
                "-XX:TieredStopAtLevel=1",
                "-jar",
                Path.of("..", "benchmark", "target", "bench.jar").toString(),
                "gkt",
                "--teacher-shape=negligible",
                "--student-shape=negligible",
                "--batches=1,2",
                "--edges=1",
                "--questions=20",
                "--answer-tokens=60",
                "--fleet=10",
                "--rounds=1",
                "--threads=1",
                "--check=2",
                "--check-batch=2",
                "--teacher-jar=" + ServiceProcess.jar("cloud-teacher"),
                "--edge-jar=" + ServiceProcess.jar("edge-student"),
                "--out=" + directory);
        Process process =
                bench.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("it ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(() -> read(output)).isZero();
        assertThat(compared(output, "teacher, 1 user: all guidance")).allMatch(value -> value > 0);
        assertThat(compared(output, "teacher, 2 users: guidance p50")).allMatch(value -> value > 0);
        assertThat(compared(output, "pair, 1 user: answer p50")).allMatch(value -> value > 0);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Simulated, seen, and their ratio. */
    private static List<Double> compared(Path output, String row) {
        List<String> lines = read(output)
                .lines()
                .filter(line -> line.startsWith("| " + row + " "))
                .toList();
        assertThat(lines).as("%s in%n%s", row, read(output)).hasSize(1);
        String[] cells = lines.get(0).split("\\|");
        assertThat(cells).hasSize(5);
        return List.of(cells).subList(2, 5).stream().map(Double::valueOf).toList();
    }
}
