package io.gkt.benchmark.gkt;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.benchmark.gkt.MeasuredStep.Kind;
import io.gkt.benchmark.shape.Shape;
import io.gkt.inference.decoder.Precision;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** With a model of no size. What the simulation says is tested where it is; the run of the real pair end to end. */
class GktBenchmarkTest {

    private static final List<String> LOAD = List.of(
            "--shared-tokens=40",
            "--question-tokens=10",
            "--guidance-tokens=8",
            "--answer-tokens=30",
            "--rounds=1",
            "--threads=1",
            "--batches=1,2,4");

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Callable<Integer> command, List<String> load, String... arguments) {
        List<String> all = new ArrayList<>(load);
        all.addAll(List.of(arguments));
        return new CommandLine(command)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(all.toArray(String[]::new));
    }

    @Test
    void measuresEachSideAndPutsThemTogether() {
        assertThat(run(
                        new GktBenchmark(),
                        LOAD,
                        "--teacher-shape=negligible",
                        "--student-shape=negligible",
                        "--student-precision=float32",
                        "--questions=20",
                        "--edges=1,3",
                        "--fleet=10,1000",
                        "--check=0",
                        "--assumed-teacher=10,20,64,8000",
                        "--out=" + directory))
                .as(err::toString)
                .isZero();
        assertThat(out.toString().lines())
                .anyMatch(line -> line.startsWith("| decode 4 at 58 "))
                .anyMatch(line -> line.startsWith("| decode 3 at 58 with prefill 10 at 58 "))
                .anyMatch(line -> line.startsWith("| prefill 10 at 40 "))
                .anyMatch(line -> line.startsWith("| teacher, batch 1, no prefix reuse "))
                .anyMatch(line -> line.startsWith("| GKT, 1 edge "))
                .anyMatch(line -> line.startsWith("| GKT, 3 edges "))
                .anyMatch(line -> line.startsWith("| 1,000 "));
        assertThat(directory).isDirectoryContaining("glob:**/negligible-int8-1.json");
        assertThat(directory).isDirectoryContaining("glob:**/negligible-float32-1.json");
    }

    @Test
    void whatIsKnownIsNotMeasuredAgainAndWhatIsMissingIs() throws Exception {
        Path file = directory.resolve("steps.json");
        assertThat(steps(file)).as(err::toString).isZero();
        MeasuredSteps all = MeasuredSteps.read(file);
        assertThat(all.have(Kind.decode(4, 58))).isTrue();

        // One kind is lost, and another is marked: it must stay.
        List<MeasuredStep> rest = new ArrayList<>(all.steps());
        rest.removeIf(step -> step.kind().equals(Kind.decode(4, 58)));
        rest.set(0, new MeasuredStep(rest.get(0).kind(), List.of(123.0)));
        new MeasuredSteps(Shape.NEGLIGIBLE, Precision.INT8, 1, "2026-01-01", rest).write(file);
        assertThat(steps(file)).as(err::toString).isZero();
        MeasuredSteps resumed = MeasuredSteps.read(file);
        assertThat(resumed.steps()).hasSameSizeAs(all.steps()).startsWith(rest.get(0));
        assertThat(resumed.have(Kind.decode(4, 58))).isTrue();
    }

    @Test
    void stepsOfAnotherModelAreNotMixedIn() throws Exception {
        Path file = directory.resolve("steps.json");
        MeasuredSteps.none(Shape.NEGLIGIBLE, Precision.FLOAT32, 1).write(file);
        assertThat(steps(file)).isNotZero();
        assertThat(err.toString()).contains("of another model, precision or number of threads");

        Files.writeString(file, "{");
        assertThat(steps(file)).isNotZero();
        assertThat(err.toString()).contains("holds no measured steps");
    }

    private int steps(Path file) {
        return run(new StepsBenchmark(), LOAD, "--shape=negligible", "--out=" + file);
    }

    @Test
    void refusesNumbersThatMakeNoSense() {
        assertThat(run(new GktBenchmark(), List.of(), "--batches=2")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run(new GktBenchmark(), List.of(), "--per-minute=0")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run(new GktBenchmark(), List.of(), "--assumed-teacher=1,2")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("must be positive", "four numbers");
    }
}
