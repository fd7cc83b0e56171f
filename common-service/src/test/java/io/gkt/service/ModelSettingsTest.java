package io.gkt.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.decoder.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.util.unit.DataSize;

class ModelSettingsTest {

    private static final Path MODEL = Path.of("../inference/src/test/resources/golden/checkpoints/llama-tied");
    private static final DataSize PLENTY = DataSize.ofMegabytes(100);

    @TempDir
    private Path temporary;

    @Test
    void theModelSaysHowLongItsContextIs() {
        try (LanguageModel model = new ModelSettings(MODEL, Precision.FLOAT32, null, PLENTY).load(3, this::unwanted)) {
            assertThat(model.decoder().contextLength()).isEqualTo(256);
            assertThat(model.decoder().slots().count()).isEqualTo(3);
        }
    }

    @Test
    void theSettingShortensTheContext() {
        try (LanguageModel model = new ModelSettings(MODEL, Precision.FLOAT32, 100, PLENTY).load(1, this::unwanted)) {
            assertThat(model.decoder().contextLength()).isEqualTo(100);
        }
    }

    @Test
    void withoutADirectoryTheDemoModelRuns() {
        try (LanguageModel model = new ModelSettings(null, Precision.FLOAT32, null, PLENTY).load(1, () -> MODEL)) {
            assertThat(model.name()).isEqualTo("llama-tied");
        }
    }

    @Test
    void aMissingDirectoryIsNamed() {
        assertThat(failure(new ModelSettings(Path.of("nowhere"), Precision.FLOAT32, null, PLENTY))
                        .getDescription())
                .contains(Path.of("nowhere").toAbsolutePath().toString());
    }

    @Test
    void anEmptyOrCorruptDirectoryIsNamed() throws IOException {
        assertThat(failure(new ModelSettings(temporary, Precision.FLOAT32, null, PLENTY))
                        .getDescription())
                .contains(temporary.toString(), "config.json");
        for (String file : new String[] {"config.json", "tokenizer.json", "model.safetensors"}) {
            Files.copy(MODEL.resolve(file), temporary.resolve(file));
        }
        Files.write(temporary.resolve("model.safetensors"), new byte[] {1, 2, 3});
        assertThat(failure(new ModelSettings(temporary, Precision.FLOAT32, null, PLENTY))
                        .getDescription())
                .contains(temporary.toString());
        Files.writeString(temporary.resolve("tokenizer.json"), "{");
        assertThat(failure(new ModelSettings(temporary, Precision.FLOAT32, null, PLENTY))
                        .getDescription())
                .contains("tokenizer.json");
    }

    @Test
    void aContextLongerThanTheModelsIsRefused() {
        FailureAnalysis failure = failure(new ModelSettings(MODEL, Precision.FLOAT32, 257, PLENTY));

        assertThat(failure.getDescription()).contains("256", "257");
        assertThat(failure.getAction()).contains("context-length");
    }

    @Test
    void aCacheAboveTheLimitIsRefusedWithTheArithmetic() {
        FailureAnalysis failure = failure(new ModelSettings(MODEL, Precision.FLOAT32, null, DataSize.ofKilobytes(1)));

        assertThat(failure.getDescription())
                .contains("2 (keys and values) x 3 layers x 2 heads x 16 values x 4 bytes x 1 sequences x 256 tokens");
        assertThat(failure.getAction()).contains("kv-cache-limit");
    }

    private FailureAnalysis failure(ModelSettings settings) {
        ModelStartException exception =
                catchThrowableOfType(ModelStartException.class, () -> settings.load(1, this::unwanted));
        return new ModelStartFailureAnalyzer().analyze(exception);
    }

    private Path unwanted() {
        throw new AssertionError("the demo model is not wanted");
    }
}
