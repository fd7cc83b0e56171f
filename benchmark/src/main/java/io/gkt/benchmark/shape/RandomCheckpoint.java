package io.gkt.benchmark.shape;

import io.gkt.demo.DemoModels;
import io.gkt.inference.checkpoint.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes Hugging Face model directories with random weights. The numbers are bfloat16, so that half and single
 * precision hold them exactly; the tokenizer is the demo teacher's.
 */
public final class RandomCheckpoint {

    private static final long SEED = 1;
    /** Standard deviation of weights, about that of trained models. */
    private static final double DEVIATION = 0.02;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private RandomCheckpoint() {}

    /**
     * Writes a model, unless a directory of that shape is there already.
     *
     * @param parent where directories of models are kept; made if need be
     * @param shape  the model's
     * @return its directory
     * @throws IOException if it can't be written
     */
    public static Path in(Path parent, Shape shape) throws IOException {
        Path directory = parent.resolve(shape.name().toLowerCase().replace('_', '-'));
        if (Files.isDirectory(directory)) {
            return directory;
        }
        Path unfinished = Files.createDirectories(parent.resolve(directory.getFileName() + ".unfinished"));
        writeWeights(unfinished, shape);
        Files.write(unfinished.resolve("config.json"), JSON.writeValueAsBytes(shape.config()));
        for (String file : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
            Files.copy(
                    DemoModels.teacher().resolve(file), unfinished.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        return Files.move(unfinished, directory);
    }

    /** One shard a tensor: never more than that in memory. */
    private static void writeWeights(Path directory, Shape shape) throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        short[] normal = normalNumbers();
        Map<String, String> index = new LinkedHashMap<>();
        for (Map.Entry<String, long[]> tensor : shape.tensors().entrySet()) {
            String file = "model-%05d.safetensors".formatted(index.size() + 1);
            index.put(tensor.getKey(), file);
            long[] dimensions = tensor.getValue();
            int elements = Math.toIntExact(Arrays.stream(dimensions).reduce(1, Math::multiplyExact));
            ByteBuffer data =
                    ByteBuffer.allocate(Math.multiplyExact(2, elements)).order(ByteOrder.LITTLE_ENDIAN);
            if (tensor.getKey().endsWith("norm.weight")) {
                while (data.hasRemaining()) {
                    data.putShort(bfloat16(1));
                }
            } else {
                fill(data, random, normal);
            }
            SortedMap<String, Safetensors.Tensor> one = new TreeMap<>();
            one.put(tensor.getKey(), new Safetensors.Tensor(Safetensors.Type.BF16, dimensions, data.flip()));
            Safetensors.write(directory.resolve(file), one);
        }
        Files.write(
                directory.resolve("model.safetensors.index.json"), JSON.writeValueAsBytes(Map.of("weight_map", index)));
    }

    private static void fill(ByteBuffer data, SplittableRandom random, short[] normal) {
        while (data.hasRemaining()) {
            long bits = random.nextLong();
            for (int i = 0; i < 4 && data.hasRemaining(); i++) {
                data.putShort(normal[(int) (bits >>> (16 * i)) & 0xffff]);
            }
        }
    }

    /** A number of the normal distribution for each 16 random bits. */
    private static short[] normalNumbers() {
        SplittableRandom random = new SplittableRandom(SEED);
        short[] numbers = new short[1 << 16];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = bfloat16((float) (DEVIATION * random.nextGaussian()));
        }
        return numbers;
    }

    private static short bfloat16(float value) {
        return (short) ((Float.floatToIntBits(value) + 0x8000) >>> 16);
    }
}
