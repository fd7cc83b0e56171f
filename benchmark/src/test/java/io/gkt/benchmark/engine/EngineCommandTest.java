package io.gkt.benchmark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EngineCommandTest {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void helpNamesEveryShapeAndPrecision() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("QWEN2_5_1_5B", "BFLOAT16", "--quick", "--threads");
    }

    @Test
    void refusesBatchesThatAreNone() {
        assertThat(run("--batches", "0")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("positive");
    }

    @Test
    void measuresAModelOfNoSize() {
        assertThat(run(
                        "--shape=negligible",
                        "--quick",
                        "--rounds=1",
                        "--precisions=float32",
                        "--batches=1,2",
                        "--prompts=8",
                        "--threads=1",
                        "--directory=" + directory))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("decode 1 |", "prefill 8 |", "| ours, float32 ", "| bound, float32 ");
        JsonNode json = JsonMapper.shared().readTree(directory.resolve("engine-negligible.json"));
        assertThat(json.path("tokens_per_second").path("ours, float32").path("decode 2"))
                .hasSize(1)
                .allMatch(rate -> rate.asDouble() > 0);
    }

    private int run(String... arguments) {
        return new CommandLine(new EngineCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments);
    }
}
