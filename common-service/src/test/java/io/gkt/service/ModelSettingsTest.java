package io.gkt.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.decoder.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

class ModelSettingsTest {

    private static final Path MODEL = Path.of("../inference/src/test/resources/golden/checkpoints/llama-tied");
    private static final DataSize PLENTY = DataSize.ofMegabytes(100);

    @TempDir
    private Path temporary;

    @Test
    void theModelSaysHowLongItsContextIs() {
        try (LanguageModel model = new ModelSettings("gkt.test", MODEL, Precision.FLOAT32, null, PLENTY, null, false)
                .load(3, this::unwanted)) {
            assertThat(model.decoder().contextLength()).isEqualTo(256);
            assertThat(model.decoder().slots().count()).isEqualTo(3);
        }
    }

    @Test
    void theSettingShortensTheContext() {
        try (LanguageModel model = new ModelSettings("gkt.test", MODEL, Precision.FLOAT32, 100, PLENTY, null, false)
                .load(1, this::unwanted)) {
            assertThat(model.decoder().contextLength()).isEqualTo(100);
        }
    }

    @Test
    void withoutADirectoryTheDemoModelRuns() {
        try (LanguageModel model = new ModelSettings("gkt.test", null, Precision.FLOAT32, null, PLENTY, null, false)
                .load(1, () -> MODEL)) {
            assertThat(model.name()).isEqualTo("llama-tied");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void asManyThreadsComputeAsTheSettingSays(int threads) {
        try (LanguageModel model = new ModelSettings("gkt.test", MODEL, Precision.FLOAT32, null, PLENTY, threads, false)
                .load(1, this::unwanted)) {
            assertThat(model.decoder().threads()).isEqualTo(threads);
        }
    }

    @Test
    @DisabledIfEnvironmentVariable(named = "OMP_NUM_THREADS", matches = ".*")
    void halfOfTheCoresComputeWhereTheOtherServiceHasTheRest() {
        try (LanguageModel model = new ModelSettings("gkt.test", MODEL, Precision.FLOAT32, null, PLENTY, null, true)
                .load(1, this::unwanted)) {
            assertThat(model.decoder().threads())
                    .isEqualTo(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
        }
    }

    @Test
    void aMissingDirectoryIsNamed() {
        assertThat(failure(new ModelSettings(
                                "gkt.test", Path.of("nowhere"), Precision.FLOAT32, null, PLENTY, null, false))
                        .getMessage())
                .contains(Path.of("nowhere").toAbsolutePath().toString());
    }

    @Test
    void anEmptyOrCorruptDirectoryIsNamed() throws IOException {
        assertThat(failure(new ModelSettings("gkt.test", temporary, Precision.FLOAT32, null, PLENTY, null, false))
                        .getMessage())
                .contains(temporary.toString(), "config.json");
        for (String file : new String[] {"config.json", "tokenizer.json", "model.safetensors"}) {
            Files.copy(MODEL.resolve(file), temporary.resolve(file));
        }
        Files.write(temporary.resolve("model.safetensors"), new byte[] {1, 2, 3});
        assertThat(failure(new ModelSettings("gkt.test", temporary, Precision.FLOAT32, null, PLENTY, null, false))
                        .getMessage())
                .contains(temporary.toString());
        Files.writeString(temporary.resolve("tokenizer.json"), "{");
        assertThat(failure(new ModelSettings("gkt.test", temporary, Precision.FLOAT32, null, PLENTY, null, false))
                        .getMessage())
                .contains("tokenizer.json");
    }

    @Test
    void aContextLongerThanTheModelsIsRefused() {
        StartException failure =
                failure(new ModelSettings("gkt.test", MODEL, Precision.FLOAT32, 257, PLENTY, null, false));

        assertThat(failure.getMessage()).contains("256", "257");
        assertThat(failure.getMessage()).contains("context-length");
    }

    @Test
    void aCacheAboveTheLimitIsRefusedWithTheArithmetic() {
        StartException failure = failure(
                new ModelSettings("gkt.test", MODEL, Precision.FLOAT32, null, DataSize.ofKilobytes(1), null, false));

        assertThat(failure.getMessage())
                .contains("2 (keys and values) x 3 layers x 2 heads x 16 values x 4 bytes x 1 sequences x 256 tokens");
        assertThat(failure.getMessage()).contains("kv-cache-limit");
    }

    private StartException failure(ModelSettings settings) {
        return catchThrowableOfType(StartException.class, () -> settings.load(1, this::unwanted));
    }

    private Path unwanted() {
        throw new AssertionError("the demo model is not wanted");
    }
}
