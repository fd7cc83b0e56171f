package io.gkt.benchmark.shape;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.inference.checkpoint.ModelConfig;
import io.gkt.inference.decoder.Decoder;
import io.gkt.inference.decoder.Precision;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What loading takes beside what is loaded, as Linux counts it, with a model of 135 M weights. */
@EnabledOnOs(OS.LINUX)
class LoadMemoryTest {

    @TempDir
    private static Path directory;

    private static Path small;
    private static Path large;

    @BeforeAll
    static void makeModels() throws IOException {
        small = RandomCheckpoint.in(directory, Shape.NEGLIGIBLE);
        large = RandomCheckpoint.in(directory, Shape.SMOLLM2_135M);
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void thePeakIsAtMostThirtyPercentAboveTheEnd(Precision precision) throws Exception {
        // A process of its own: what earlier loads freed would be used again.
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms128m",
                        "-Xmx128m",
                        "-XX:+AlwaysPreTouch",
                        "-Dai.djl.offline=true",
                        "-DOPT_OUT_TRACKING=true",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Load.class.getName(),
                        precision.name(),
                        small.toString(),
                        large.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        String[] numbers = output.strip().split(" ");
        long weights = Long.parseLong(numbers[0]);
        long end = Long.parseLong(numbers[1]);
        long peak = Long.parseLong(numbers[2]);

        assertThat(end).as("kB, and not less than the weights").isGreaterThanOrEqualTo(weights);
        assertThat(peak).as("kB").isLessThanOrEqualTo(end * 13 / 10);
    }

    /** Prints kB of the weights, and how many more than before the process has in the end and had at most. */
    static final class Load {

        private Load() {}

        /** @param arguments precision, a model that brings the libraries in, and the one to measure */
        public static void main(String... arguments) throws IOException {
            Precision precision = Precision.valueOf(arguments[0]);
            load(Path.of(arguments[1]), precision).close();
            System.gc();
            long before = kilobytes("VmRSS:");
            try (Decoder decoder = load(Path.of(arguments[2]), precision)) {
                long end = kilobytes("VmRSS:") - before;
                long peak = kilobytes("VmHWM:") - before;
                System.out.println(decoder.weightBytes() / 1024 + " " + end + " " + peak);
            }
        }

        private static Decoder load(Path directory, Precision precision) {
            return Decoder.load(directory, ModelConfig.read(directory), precision, 1, 256);
        }

        private static long kilobytes(String name) throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
