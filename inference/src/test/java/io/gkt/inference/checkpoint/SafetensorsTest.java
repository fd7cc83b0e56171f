package io.gkt.inference.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gkt.inference.checkpoint.Safetensors.Tensor;
import io.gkt.inference.checkpoint.Safetensors.Type;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("model.safetensors");
    }

    private void write() throws IOException {
        ByteBuffer numbers = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 6; i++) {
            numbers.putFloat(i);
        }
        TreeMap<String, Tensor> tensors = new TreeMap<>();
        tensors.put("a", new Tensor(Type.F32, new long[] {2, 3}, numbers.flip()));
        tensors.put("b", new Tensor(Type.BF16, new long[] {1}, ByteBuffer.wrap(new byte[] {1, 2})));
        Safetensors.write(file(), tensors);
    }

    @Test
    void readsWhatItWrote() throws IOException {
        write();
        Safetensors tensors = Safetensors.open(directory);
        assertThat(tensors.names()).containsExactlyInAnyOrder("a", "b");
        assertThat(tensors.tensor("a", 2, 3).data().getFloat(20)).isEqualTo(5);
        assertThat(tensors.tensor("b", 1).type()).isEqualTo(Type.BF16);
    }

    @Test
    void aMissingTensorOrAnotherShapeIsNamed() throws IOException {
        write();
        Safetensors tensors = Safetensors.open(directory);
        assertThatThrownBy(() -> tensors.tensor("c", 1))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("no tensor c");
        assertThatThrownBy(() -> tensors.tensor("a", 3, 2))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("[2, 3]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,9]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}",
                "{\"a\":{\"dtype\":\"I64\",\"shape\":[0],\"data_offsets\":[0,0]}}",
                "{\"a\":{}}",
                "{\"a\":7}",
                "{\"a\":",
            })
    void headersThatPromiseWhatIsNotThereAreRefused(String header) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 4).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(file(), bytes.putLong(json.length).put(json).array());
        assertThatThrownBy(() -> Safetensors.open(directory)).isInstanceOf(CheckpointException.class);
    }

    @Test
    void aFileThatIsCutOffAnywhereIsRefused() throws IOException {
        write();
        byte[] whole = Files.readAllBytes(file());
        for (int length = 0; length < whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Safetensors.open(directory)).isInstanceOf(CheckpointException.class);
        }
    }

    /** Property: whatever bytes it is given, it opens them or says why not. */
    @Test
    void damagedFilesAreOpenedOrRefused() throws IOException {
        write();
        byte[] whole = Files.readAllBytes(file());
        SplittableRandom random = new SplittableRandom(1);
        for (int round = 0; round < 500; round++) {
            byte[] damaged = whole.clone();
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            Files.write(file(), damaged);
            try {
                Safetensors.open(directory);
            } catch (CheckpointException expected) {
                assertThat(expected).hasMessageContaining("model.safetensors");
            }
        }
    }

    @Test
    void shardsOutsideTheDirectoryAreRefused() throws IOException {
        Files.writeString(
                directory.resolve("model.safetensors.index.json"),
                "{\"weight_map\":{\"a\":\"../secret.safetensors\"}}");
        assertThatThrownBy(() -> Safetensors.open(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("outside");
    }

    @Test
    void aDirectoryWithoutWeightsSaysWhatIsReadAndWhatIsNot() {
        assertThatThrownBy(() -> Safetensors.open(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("model.safetensors.index.json")
                .hasMessageContaining("convert");
    }
}
