package io.gkt.inference.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gkt.inference.checkpoint.CheckpointException;
import io.gkt.inference.checkpoint.ModelConfig;
import io.gkt.inference.checkpoint.Safetensors;
import io.gkt.inference.checkpoint.Safetensors.Type;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every variant of the architecture, in every number format, against plain loops. */
class DecoderTest {

    private static final String COMMON =
            "\"hidden_size\":24,\"num_hidden_layers\":2,\"intermediate_size\":40,\"vocab_size\":50,"
                    + "\"max_position_embeddings\":64,\"rms_norm_eps\":1e-5,\"eos_token_id\":[3,4],";

    /** Where outliers are asked for, its embedding has a component that is 100 times as large as the others. */
    private static final int OUTLIER_TOKEN = 0;

    @TempDir
    private Path directory;

    private final Map<String, double[]> weights = new HashMap<>();
    private boolean outliers;

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "biases everywhere, in shards | BF16 | 3 | `\"model_type\":\"llama\",\"num_attention_heads\":4,"
                        + "\"num_key_value_heads\":2,\"attention_bias\":true,\"mlp_bias\":true`",
                "half precision, all heads their own keys | F16 | 1 | `\"model_type\":\"llama\","
                        + "\"num_attention_heads\":4,\"tie_word_embeddings\":true`",
                "linear rope, old spelling | F32 | 1 | `\"model_type\":\"llama\",\"num_attention_heads\":4,"
                        + "\"num_key_value_heads\":1,\"rope_scaling\":{\"type\":\"linear\",\"factor\":4.0}`",
                "linear rope, new spelling | F32 | 1 | `\"model_type\":\"llama\",\"num_attention_heads\":4,"
                        + "\"rope_parameters\":{\"rope_type\":\"linear\",\"factor\":2.0,\"rope_theta\":5000.0}`",
                "llama3 rope | F32 | 2 | `\"model_type\":\"llama\",\"num_attention_heads\":4,\"rope_theta\":500000,"
                        + "\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8.0,\"low_freq_factor\":1.0,"
                        + "\"high_freq_factor\":4.0,\"original_max_position_embeddings\":16}`",
                "qwen3 with heads wider than the model | BF16 | 2 | `\"model_type\":\"qwen3\","
                        + "\"num_attention_heads\":4,\"num_key_value_heads\":2,\"head_dim\":16`",
                "qwen3 with biases | F32 | 1 | `\"model_type\":\"qwen3\",\"num_attention_heads\":2,"
                        + "\"num_key_value_heads\":1,\"head_dim\":12,\"attention_bias\":true`",
                "qwen2 | F16 | 1 | `\"model_type\":\"qwen2\",\"num_attention_heads\":4,\"num_key_value_heads\":2,"
                        + "\"sliding_window\":16,\"use_sliding_window\":false`",
                "mistral, heads smaller than the model | F32 | 1 | `\"model_type\":\"mistral\","
                        + "\"num_attention_heads\":3,\"num_key_value_heads\":1,\"head_dim\":6`",
            })
    void computesWhatThePublishedArchitectureSays(String name, Type type, int shards, String variant)
            throws IOException {
        ModelConfig config = write(variant, type, shards);
        ReferenceDecoder reference = new ReferenceDecoder(config, weights);
        int[] sequence = new SplittableRandom(5).ints(20, 0, 50).toArray();
        try (Decoder decoder = Decoder.load(directory, config, Precision.FLOAT32, 2, 32)) {
            Slot slot = decoder.slots().acquire(sequence).orElseThrow();
            int[] prompt = IntStream.range(0, 13).map(i -> sequence[i]).toArray();
            assertClose(decoder.step(List.of(new Chunk(slot, prompt)))[0], reference.logits(prompt));
            for (int length = 14; length <= sequence.length; length++) {
                float[] logits = decoder.step(List.of(new Chunk(slot, new int[] {sequence[length - 1]})))[0];
                int[] soFar = java.util.Arrays.copyOf(sequence, length);
                assertClose(logits, reference.logits(soFar));
            }
        }
    }

    @Test
    void rowsDoNotInfluenceOneAnother() throws IOException {
        ModelConfig config =
                write("\"model_type\":\"llama\",\"num_attention_heads\":4,\"num_key_value_heads\":2", Type.F32, 1);
        int[][] prompts = {{1, 2, 3, 4, 5}, {6}, {7, 8, 9, 10, 11, 12, 13, 14, 15}};
        try (Decoder decoder = Decoder.load(directory, config, Precision.FLOAT32, 3, 32)) {
            List<Chunk> rows = new ArrayList<>();
            for (int[] prompt : prompts) {
                rows.add(new Chunk(decoder.slots().acquire(prompt).orElseThrow(), prompt));
            }
            float[][] together = decoder.step(rows);
            for (int i = 0; i < prompts.length; i++) {
                rows.get(i).slot().truncate(0);
                float[] alone = decoder.step(List.of(rows.get(i)))[0];
                for (int id = 0; id < alone.length; id++) {
                    assertThat(together[i][id]).isCloseTo(alone[id], within(1e-5f));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aNeighbourWithOutliersChangesNothing(Precision precision) throws IOException {
        outliers = true;
        ModelConfig config =
                write("\"model_type\":\"llama\",\"num_attention_heads\":4,\"num_key_value_heads\":2", Type.F32, 1);
        try (Decoder decoder = Decoder.load(directory, config, precision, 2, 32)) {
            float[] beside = besideNeighbour(decoder, 8);
            float[] besideOutliers = besideNeighbour(decoder, OUTLIER_TOKEN);
            assertThat(besideOutliers).as("the same shapes, bit for bit").isEqualTo(beside);

            Slot slot = decoder.slots().acquire(new int[] {1}).orElseThrow();
            slot.truncate(0);
            float[] alone = decoder.step(List.of(new Chunk(slot, new int[] {1, 2, 3})))[0];
            // Another order of additions may round a half to the other side in 16 bits.
            float tolerance = precision == Precision.BFLOAT16 ? 0.2f : 1e-3f;
            for (int id = 0; id < alone.length; id++) {
                assertThat(beside[id]).as("another shape").isCloseTo(alone[id], within(tolerance));
            }
        }
    }

    private static float[] besideNeighbour(Decoder decoder, int neighbour) {
        Slot first = decoder.slots().acquire(new int[] {1}).orElseThrow();
        Slot second = decoder.slots().acquire(new int[] {1}).orElseThrow();
        first.truncate(0);
        second.truncate(0);
        float[] logits = decoder.step(List.of(
                new Chunk(first, new int[] {1, 2, 3}), new Chunk(second, new int[] {neighbour, neighbour})))[0];
        decoder.slots().release(first);
        decoder.slots().release(second);
        return logits;
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    @EnabledOnOs(OS.LINUX)
    void nativeMemoryDoesNotGrow(Precision precision) throws IOException {
        ModelConfig config = write("\"model_type\":\"llama\",\"num_attention_heads\":4", Type.F32, 1);
        try (Decoder decoder = Decoder.load(directory, config, precision, 2, 32)) {
            generate(decoder, 1_000);
            int arrays = decoder.openArrays();
            long before = residentKilobytes();
            generate(decoder, 4_000);
            assertThat(decoder.openArrays()).isEqualTo(arrays).isPositive();
            assertThat(residentKilobytes() - before)
                    .as("kB more after 4,000 steps")
                    .isLessThan(8_000);
        }
    }

    private static void generate(Decoder decoder, int steps) {
        Slot slot = decoder.slots().acquire(new int[] {1}).orElseThrow();
        for (int i = 0; i < steps; i++) {
            slot.truncate(slot.length() % 30);
            decoder.step(List.of(new Chunk(slot, new int[] {i % 50})));
        }
        decoder.slots().release(slot);
    }

    /** Without the Java heap's part, which moves by itself. */
    private static long residentKilobytes() throws IOException {
        System.gc();
        long heap = Runtime.getRuntime().totalMemory() / 1024;
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElseThrow()
                - heap;
    }

    @Test
    void aStepThatIsRefusedChangesNothing() throws IOException {
        ModelConfig config = write("\"model_type\":\"llama\",\"num_attention_heads\":4", Type.F32, 1);
        try (Decoder decoder = Decoder.load(directory, config, Precision.FLOAT32, 1, 8)) {
            Slot slot = decoder.slots().acquire(new int[] {1}).orElseThrow();
            decoder.step(List.of(new Chunk(slot, new int[] {1, 2, 3})));
            assertThatThrownBy(() -> decoder.step(List.of(new Chunk(slot, new int[] {4, 50}))))
                    .hasMessageContaining("vocabulary");
            assertThatThrownBy(() -> decoder.step(List.of(new Chunk(slot, new int[6]))))
                    .hasMessageContaining("can't take 6 more");
            assertThat(slot.length()).isEqualTo(3);
        }
    }

    @Test
    void endsOfSequenceAndContextComeFromTheConfiguration() throws IOException {
        ModelConfig config =
                write("\"model_type\":\"mistral\",\"num_attention_heads\":4,\"sliding_window\":32", Type.F32, 1);
        assertThat(config.endOfSequence()).containsExactlyInAnyOrder(3, 4);
        assertThat(config.contextLength())
                .as("full attention within the window")
                .isEqualTo(32);
        Files.writeString(directory.resolve("generation_config.json"), "{\"eos_token_id\": 7}");
        assertThat(ModelConfig.read(directory).endOfSequence()).containsExactlyInAnyOrder(3, 4, 7);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "gpt2 | `\"model_type\":\"gpt2\",\"num_attention_heads\":4`",
                "gelu | `\"model_type\":\"llama\",\"num_attention_heads\":4,\"hidden_act\":\"gelu\"`",
                "yarn | `\"model_type\":\"llama\",\"num_attention_heads\":4,\"rope_scaling\":{\"type\":\"yarn\"}`",
                "quantization_config | `\"model_type\":\"llama\",\"num_attention_heads\":4,"
                        + "\"quantization_config\":{}`",
                "num_attention_heads | `\"model_type\":\"llama\"`",
                "can't share | `\"model_type\":\"llama\",\"num_attention_heads\":4,\"num_key_value_heads\":3`",
                "head_dim | `\"model_type\":\"llama\",\"num_attention_heads\":4,\"head_dim\":-2`",
            })
    void whatIsUnsupportedIsNamed(String named, String variant) throws IOException {
        Files.writeString(directory.resolve("config.json"), "{" + COMMON + variant + "}");
        assertThatThrownBy(() -> ModelConfig.read(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(named);
    }

    @Test
    void weightsOfAnotherShapeAreRefused() throws IOException {
        write("\"model_type\":\"llama\",\"num_attention_heads\":4", Type.F32, 1);
        Files.writeString(
                directory.resolve("config.json"),
                "{" + COMMON.replace("\"intermediate_size\":40", "\"intermediate_size\":44")
                        + "\"model_type\":\"llama\",\"num_attention_heads\":4}");
        ModelConfig other = ModelConfig.read(directory);
        assertThatThrownBy(() ->
                        Decoder.load(directory, other, Precision.FLOAT32, 1, 8).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("mlp.gate_proj.weight")
                .hasMessageContaining("[44, 24]");
    }

    private static void assertClose(float[] actual, double[] expected) {
        for (int id = 0; id < expected.length; id++) {
            assertThat((double) actual[id]).isCloseTo(expected[id], within(2e-5));
        }
    }

    /** Writes random weights, and keeps them as the number format has rounded them. */
    private ModelConfig write(String variant, Type type, int shards) throws IOException {
        Files.writeString(directory.resolve("config.json"), "{" + COMMON + variant + "}");
        ModelConfig config = ModelConfig.read(directory);
        List<LayerTensors.Part> parts = new ArrayList<>();
        parts.add(new LayerTensors.Part("model.embed_tokens.weight", config.vocabularySize(), config.hiddenSize()));
        parts.add(new LayerTensors.Part("model.norm.weight", config.hiddenSize()));
        if (!config.tiedEmbeddings()) {
            parts.add(new LayerTensors.Part("lm_head.weight", config.vocabularySize(), config.hiddenSize()));
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            LayerTensors.of(config, layer).forEach(parts::addAll);
        }
        SplittableRandom random = new SplittableRandom(9);
        List<TreeMap<String, Safetensors.Tensor>> files = new ArrayList<>();
        IntStream.range(0, shards).forEach(i -> files.add(new TreeMap<>()));
        StringBuilder index = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            files.get(i % shards).put(parts.get(i).name(), tensor(parts.get(i), type, random));
            index.append(index.isEmpty() ? "" : ",")
                    .append('"')
                    .append(parts.get(i).name())
                    .append("\":\"")
                    .append(file(i % shards, shards))
                    .append('"');
        }
        for (int i = 0; i < shards; i++) {
            Safetensors.write(directory.resolve(file(i, shards)), files.get(i));
        }
        if (shards > 1) {
            Files.writeString(directory.resolve("model.safetensors.index.json"), "{\"weight_map\":{" + index + "}}");
        }
        return config;
    }

    private static String file(int shard, int shards) {
        return shards == 1 ? "model.safetensors" : "model-" + shard + "-of-" + shards + ".safetensors";
    }

    private Safetensors.Tensor tensor(LayerTensors.Part part, Type type, SplittableRandom random) {
        int size = 1;
        for (long dimension : part.shape()) {
            size *= (int) dimension;
        }
        ByteBuffer data = ByteBuffer.allocate(4 * size).order(ByteOrder.LITTLE_ENDIAN);
        double[] rounded = new double[size];
        for (int i = 0; i < size; i++) {
            float value = (float) (random.nextGaussian() * 0.3 + (part.name().contains("norm") ? 1 : 0));
            if (outliers && part.name().equals(LayerTensors.EMBEDDING) && i == OUTLIER_TOKEN) {
                value *= 100;
            }
            switch (type) {
                case F32 -> {
                    data.putFloat(value);
                    rounded[i] = value;
                }
                case BF16 -> {
                    short bits = (short) (Float.floatToIntBits(value) >>> 16);
                    data.putShort(bits);
                    rounded[i] = Float.intBitsToFloat(bits << 16);
                }
                case F16 -> {
                    short bits = half(value);
                    data.putShort(bits);
                    rounded[i] = single(bits);
                }
            }
        }
        weights.put(part.name(), rounded);
        return new Safetensors.Tensor(type, part.shape(), data.flip());
    }

    /** Nearest-below half-precision number of a magnitude that is normal in it. */
    private static short half(float value) {
        int bits = Float.floatToIntBits(value);
        int exponent = (bits >>> 23 & 0xff) - 127 + 15;
        return exponent <= 0 ? 0 : (short) (bits >>> 16 & 0x8000 | exponent << 10 | bits >>> 13 & 0x3ff);
    }

    private static double single(short half) {
        int exponent = half >>> 10 & 0x1f;
        double magnitude = exponent == 0 ? 0 : Math.scalb(1 + (half & 0x3ff) / 1024.0, exponent - 15);
        return half < 0 ? -magnitude : magnitude;
    }
}
