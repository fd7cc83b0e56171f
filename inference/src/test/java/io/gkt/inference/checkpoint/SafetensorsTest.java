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
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]}}",
                "{\"a\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[2,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[\"0\",\"4\"]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,18446744073709551620]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
                "[1,2]",
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

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE, 9 << 20})
    void aHeaderOfAnImpossibleLengthIsRefused(long length) throws IOException {
        byte[] bytes = new byte[10 << 20];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
        Files.write(file(), bytes);
        assertThatThrownBy(() -> Safetensors.open(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("header of " + length + " bytes");
    }

    @Test
    void aHeaderThatNestsDeeplyIsRefused() throws IOException {
        byte[] json = ("{\"a\":" + "[".repeat(1_000_000)).getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(file(), bytes.putLong(json.length).put(json).array());
        assertThatThrownBy(() -> Safetensors.open(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("header of " + file());
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"../secret.safetensors\"",
                "\"/etc/secret.safetensors\"",
                "\"a/b.safetensors\"",
                "\"..\\\\secret.safetensors\"",
                "\"a\\u0000.safetensors\"",
                "\"config.json\"",
                "\"missing.safetensors\"",
                "\"\"",
                "7",
                "{}",
                "\"pipe.safetensors\""
            })
    void anIndexNamesOnlyShardsBesideIt(String name) throws Exception {
        if (name.contains("pipe")) {
            new ProcessBuilder("mkfifo", directory.resolve("pipe.safetensors").toString())
                    .start()
                    .waitFor();
        }
        Path index = directory.resolve("model.safetensors.index.json");
        Files.writeString(index, "{\"weight_map\":{\"a\":" + name + "}}");
        assertThatThrownBy(() -> Safetensors.open(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(index + " names ");
    }

    @Test
    void aDirectoryWithoutWeightsSaysWhatIsReadAndWhatIsNot() {
        assertThatThrownBy(() -> Safetensors.open(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("model.safetensors.index.json")
                .hasMessageContaining("convert");
    }
}
