package io.gkt.inference.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import io.gkt.inference.checkpoint.ModelConfig;
import io.gkt.inference.checkpoint.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * The parameters of a model with tied embeddings while they are trained, by the same program that decodes. A step
 * of the optimizer is one native call. Not thread-safe: one thread makes it and uses it.
 */
public final class TrainableDecoder implements AutoCloseable {

    private static final double INITIAL_DEVIATION = 0.02;
    private static final String STEPS = "steps";

    private final ModelConfig config;
    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final DecoderProgram program;
    private final RotationTables rotation;
    private final List<List<LayerTensors.Part>> parts;
    private final NDList parameters = new NDList();
    private final NDList firstMoments = new NDList();
    private final NDList secondMoments = new NDList();
    private long steps;

    /**
     * How the optimizer, AdamW, moves.
     *
     * @param learningRate  factor of this step
     * @param firstDecay    of the mean of gradients (beta 1)
     * @param secondDecay   of the mean of squared gradients (beta 2)
     * @param weightDecay   of matrices; norms and biases do not decay
     * @param gradientLimit largest Euclidean norm of all gradients together; longer ones are scaled down to it
     */
    public record Optimizer(
            double learningRate, double firstDecay, double secondDecay, double weightDecay, double gradientLimit) {}

    /**
     * What a step saw.
     *
     * @param loss         weighted mean cross-entropy in nats per token, before the step
     * @param gradientNorm Euclidean norm of all gradients, before it was limited
     */
    public record Progress(double loss, double gradientNorm) {}

    /**
     * Random weights: normal with deviation 0.02, those that end in the residual stream smaller by the square root of
     * twice the number of layers (GPT-2), norms 1, biases 0.
     *
     * @param config a model with tied embeddings
     * @param seed   makes the same weights again
     */
    public TrainableDecoder(ModelConfig config, long seed) {
        if (!config.tiedEmbeddings()) {
            throw new IllegalArgumentException("only models with tied embeddings can be trained");
        }
        this.config = config;
        JniUtils.setGraphExecutorOptimize(false);
        this.program = DecoderProgram.load(manager);
        this.rotation = RotationTables.of(manager, config, config.contextLength());
        this.parts = new ArrayList<>();
        parts.add(List.of(new LayerTensors.Part(LayerTensors.EMBEDDING, config.vocabularySize(), config.hiddenSize())));
        parts.add(List.of(new LayerTensors.Part(LayerTensors.FINAL_NORM, config.hiddenSize())));
        for (int layer = 0; layer < config.layers(); layer++) {
            parts.addAll(LayerTensors.of(config, layer));
        }
        RandomGenerator random = new SplittableRandom(seed);
        for (List<LayerTensors.Part> tensor : parts) {
            Shape shape = stackedShape(tensor);
            parameters.add(named("parameters[]", manager.create(initial(tensor, random), shape)));
            firstMoments.add(named("first[]", manager.zeros(shape)));
            secondMoments.add(named("second[]", manager.zeros(shape)));
        }
    }

    private static NDArray named(String name, NDArray array) {
        array.setName(name);
        return array;
    }

    private static Shape stackedShape(List<LayerTensors.Part> tensor) {
        if (tensor.isEmpty()) {
            return new Shape(0);
        }
        long rows = tensor.stream().mapToLong(part -> part.shape()[0]).sum();
        long[] first = tensor.get(0).shape();
        return first.length == 1 ? new Shape(rows) : new Shape(rows, first[1]);
    }

    private float[] initial(List<LayerTensors.Part> tensor, RandomGenerator random) {
        float[] values = new float[(int) stackedShape(tensor).size()];
        if (values.length == 0) {
            return values;
        }
        String name = tensor.get(0).name();
        boolean matrix = tensor.get(0).shape().length == 2;
        boolean residual = name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
        double deviation = residual ? INITIAL_DEVIATION / Math.sqrt(2.0 * config.layers()) : INITIAL_DEVIATION;
        for (int i = 0; i < values.length; i++) {
            values[i] = matrix ? (float) (random.nextGaussian() * deviation) : name.endsWith(".bias") ? 0 : 1;
        }
        return values;
    }

    /** @return the model's configuration */
    public ModelConfig config() {
        return config;
    }

    /** @return number of weights */
    public long parameterCount() {
        return parameters.stream().mapToLong(NDArray::size).sum();
    }

    /**
     * Moves the weights once.
     *
     * @param tokens        token ids, {@code [batch][length]}, rows of one length
     * @param targetWeights how much the prediction of each token counts, same shape; 0 for prompts and padding, column
     *                      0 is ignored
     * @param optimizer     how
     * @return loss and gradient
     */
    public Progress step(int[][] tokens, float[][] targetWeights, Optimizer optimizer) {
        int batch = tokens.length;
        int length = tokens[0].length;
        long[] flatTokens = new long[batch * length];
        float[] flatWeights = new float[batch * length];
        for (int b = 0; b < batch; b++) {
            for (int t = 0; t < length; t++) {
                flatTokens[b * length + t] = tokens[b][t];
                flatWeights[b * length + t] = targetWeights[b][t];
            }
        }
        steps++;
        float[] hyper = {
            steps,
            (float) optimizer.learningRate,
            (float) optimizer.firstDecay,
            (float) optimizer.secondDecay,
            (float) optimizer.weightDecay,
            (float) optimizer.gradientLimit,
            (float) config.normEpsilon(),
            config.heads(),
            config.keyValueHeads(),
            config.headSize()
        };
        try (NDManager scope = manager.newSubManager();
                GradientCollector autograd = manager.getEngine().newGradientCollector()) {
            NDList arguments = new NDList(
                    scope.create(flatTokens, new Shape(batch, length)),
                    scope.create(flatWeights, new Shape(batch, length)),
                    scope.create(hyper),
                    rotation.cos(),
                    rotation.sin());
            arguments.addAll(parameters);
            arguments.addAll(firstMoments);
            arguments.addAll(secondMoments);
            float[] result = program.runDifferentiably("train_step", arguments).toFloatArray();
            return new Progress(result[0], result[1]);
        }
    }

    /**
     * Writes the weights under their Hugging Face names.
     *
     * @param file a {@code model.safetensors}
     * @param type number format
     * @throws IOException if it can't be written
     */
    public void save(Path file, Safetensors.Type type) throws IOException {
        try (NDManager scope = manager.newSubManager()) {
            TreeMap<String, Safetensors.Tensor> tensors = new TreeMap<>();
            put(scope, tensors, "", parameters, type);
            Safetensors.write(file, tensors);
        }
    }

    /**
     * Writes weights and optimizer state, all that is needed to go on.
     *
     * @param file read by {@link #resume}
     * @throws IOException if it can't be written
     */
    public void saveState(Path file) throws IOException {
        try (NDManager scope = manager.newSubManager()) {
            TreeMap<String, Safetensors.Tensor> tensors = new TreeMap<>();
            put(scope, tensors, "", parameters, Safetensors.Type.F32);
            put(scope, tensors, "first.", firstMoments, Safetensors.Type.F32);
            put(scope, tensors, "second.", secondMoments, Safetensors.Type.F32);
            tensors.put(STEPS, tensor(scope.create(new float[] {steps}), Safetensors.Type.F32));
            Safetensors.write(file, tensors);
        }
    }

    /**
     * Takes over what {@link #saveState} wrote.
     *
     * @param directory holds the state as {@code model.safetensors}
     */
    public void resume(Path directory) {
        Safetensors saved = Safetensors.open(directory);
        for (int i = 0; i < parts.size(); i++) {
            get(saved, "", parts.get(i), parameters.get(i));
            get(saved, "first.", parts.get(i), firstMoments.get(i));
            get(saved, "second.", parts.get(i), secondMoments.get(i));
        }
        try (NDArray count = program.floats(manager, saved.tensor(STEPS, 1))) {
            steps = (long) count.toFloatArray()[0];
        }
    }

    private void put(
            NDManager scope,
            TreeMap<String, Safetensors.Tensor> tensors,
            String prefix,
            NDList arrays,
            Safetensors.Type type) {
        for (int i = 0; i < parts.size(); i++) {
            long row = 0;
            for (LayerTensors.Part part : parts.get(i)) {
                NDArray slice = arrays.get(i).get(scope, new NDIndex(row + ":" + (row + part.shape()[0])));
                tensors.put(prefix + part.name(), tensor(slice, type));
                row += part.shape()[0];
            }
        }
    }

    private static Safetensors.Tensor tensor(NDArray array, Safetensors.Type type) {
        DataType dataType = switch (type) {
            case F32 -> DataType.FLOAT32;
            case F16 -> DataType.FLOAT16;
            case BF16 -> throw new IllegalArgumentException("weights are saved as F32 or F16");
        };
        try (NDArray converted = array.toType(dataType, true)) {
            ByteBuffer data = ByteBuffer.wrap(converted.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
            return new Safetensors.Tensor(type, array.getShape().getShape(), data);
        }
    }

    private void get(Safetensors saved, String prefix, List<LayerTensors.Part> tensor, NDArray target) {
        long row = 0;
        for (LayerTensors.Part part : tensor) {
            long rows = part.shape()[0];
            try (NDArray value = program.floats(manager, saved.tensor(prefix + part.name(), part.shape()))) {
                target.set(new NDIndex(row + ":" + (row + rows)), value);
            }
            row += rows;
        }
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
