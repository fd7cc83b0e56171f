package io.gkt.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFingerprintTest {

    @TempDir
    private Path directory;

    @Test
    void isThatOfTheFilesWhereverAndWheneverTheyWereWritten() throws IOException {
        write("config.json", "{}");
        write("model.safetensors", "a".repeat(200_000));
        String before = ModelFingerprint.of(directory);
        write("model.safetensors", "a".repeat(200_000));
        write("README.md", "about");
        assertThat(ModelFingerprint.of(directory)).isEqualTo(before).matches("[0-9a-f]{64}");
    }

    @Test
    void changesWithConfigurationAndWeights() throws IOException {
        write("config.json", "{}");
        write("model.safetensors", "a".repeat(200_000));
        String before = ModelFingerprint.of(directory);
        write("model.safetensors", "a".repeat(199_999) + "b");
        String otherWeights = ModelFingerprint.of(directory);
        write("config.json", "{ }");
        assertThat(ModelFingerprint.of(directory)).isNotEqualTo(otherWeights);
        assertThat(otherWeights).isNotEqualTo(before);
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(directory.resolve(name), content);
    }
}
