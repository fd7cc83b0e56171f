package io.gkt.inference.decoder;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import io.gkt.inference.checkpoint.ModelConfig;
import io.gkt.inference.checkpoint.Safetensors;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model's weights, its KV cache, and the steps that extend it. Steps run one at a time, in the order of their
 * calls, on a thread of the decoder's own: callers that each ask for one step after the other take turns.
 */
public final class Decoder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Decoder.class);

    private final ModelConfig config;
    private final Precision precision;
    private final int contextLength;
    private final Slots slots;
    private final ExecutorService thread;
    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final List<IValue> owned = new ArrayList<>();
    private DecoderProgram program;
    private IValue[] constants;
    /** Its mapping lasts as long as it is reachable. */
    private Safetensors.Tensor embedding;

    private int threads;
    private long parameterCount;
    private long weightBytes;

    private Decoder(ModelConfig config, Precision precision, int slotCount, int contextLength) {
        this.config = config;
        this.precision = precision;
        this.contextLength = contextLength;
        this.slots = new Slots(slotCount, contextLength);
        this.thread = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread decoder = new Thread(task, "decoder");
            decoder.setDaemon(true);
            return decoder;
        });
    }

    /**
     * Loads a model's weights and allocates its KV cache.
     *
     * @param directory     a Hugging Face model directory
     * @param config        its configuration
     * @param precision     number format of the matrices in memory, whatever they are in the directory
     * @param slotCount     sequences that can be held at once, at least 1
     * @param contextLength longest sequence in tokens, at most the model's own
     * @return the decoder, ready
     * @throws io.gkt.inference.checkpoint.CheckpointException if the weights are missing, corrupt or of other shapes
     */
    public static Decoder load(
            Path directory, ModelConfig config, Precision precision, int slotCount, int contextLength) {
        if (slotCount < 1 || contextLength < 1 || contextLength > config.contextLength()) {
            throw new IllegalArgumentException(slotCount + " slots of " + contextLength
                    + " tokens, but the model takes 1 to " + config.contextLength() + " tokens");
        }
        Decoder decoder = new Decoder(config, precision, slotCount, contextLength);
        try {
            decoder.onThread(() -> {
                JniUtils.setGraphExecutorOptimize(false);
                decoder.threads = MathThreads.apply();
                decoder.allocate(directory);
                return null;
            });
            return decoder;
        } catch (RuntimeException e) {
            decoder.close();
            throw e;
        }
    }

    /**
     * Checks, without reading any, that all weights are there which a model needs, of the right shapes.
     *
     * @param directory a Hugging Face model directory
     * @param config    its configuration
     * @throws io.gkt.inference.checkpoint.CheckpointException if they are missing, corrupt or of other shapes
     */
    public static void check(Path directory, ModelConfig config) {
        LayerTensors.open(directory, config);
    }

    /**
     * Memory that a KV cache takes.
     *
     * @param config        the model
     * @param precision     number format of the model's matrices
     * @param slotCount     sequences
     * @param contextLength tokens of each
     * @return bytes; the largest number there is if they don't fit into one
     */
    public static long cacheBytes(ModelConfig config, Precision precision, int slotCount, int contextLength) {
        return IntStream.of(config.layers(), config.keyValueHeads(), config.headSize(), slotCount, contextLength)
                .asLongStream()
                .reduce(2L * precision.cacheBytes(), (a, b) -> a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b);
    }

    private void allocate(Path directory) {
        Safetensors files = LayerTensors.open(directory, config);
        program = DecoderProgram.load(manager);
        RotationTables rotation = RotationTables.of(manager, config, contextLength);
        LoadProgress progress = new LoadProgress(
                LayerTensors.matrixSize(config),
                percent -> LOG.info("Loaded {} % of {} as {}", percent, directory, precision));
        try (WeightLoader loader = new WeightLoader(files, precision, program, manager, progress)) {
            LayerTensors.Part table = embeddingPart(LayerTensors.EMBEDDING);
            // The largest matrix first: while it is converted, nothing else needs memory.
            IValue head = own(
                    loader.matrix(List.of(config.tiedEmbeddings() ? table : embeddingPart(LayerTensors.OUTPUT_HEAD))));
            NDArray finalNorm =
                    loader.vector(List.of(new LayerTensors.Part(LayerTensors.FINAL_NORM, config.hiddenSize())));
            IValue[] layers = new IValue[config.layers()];
            for (int i = 0; i < layers.length; i++) {
                layers[i] = own(IValue.listFrom(LayerTensors.of(config, i).stream()
                        .map(parts -> own(
                                LayerTensors.isMatrix(parts)
                                        ? loader.matrix(parts)
                                        : DecoderProgram.value(loader.vector(parts))))
                        .toArray(IValue[]::new)));
            }
            embedding = files.tensor(table.name(), table.shape());
            constants = new IValue[] {
                own(DecoderProgram.value(embeddingRows())),
                own(IValue.from(DecoderProgram.number(embedding.type()))),
                own(IValue.listFrom(own(DecoderProgram.value(finalNorm)), head)),
                own(IValue.listFrom(layers)),
                own(IValue.from(loader.kernel().ordinal())),
                own(loader.packed()),
                own(IValue.listFrom(emptyCache())),
                own(IValue.listFrom(emptyCache())),
                own(DecoderProgram.value(rotation.cos())),
                own(DecoderProgram.value(rotation.sin())),
                own(IValue.listFrom((long) config.heads(), config.keyValueHeads(), config.headSize())),
                own(DecoderProgram.value(manager.create((float) config.normEpsilon()))),
            };
            parameterCount = loader.parameterCount()
                    + (config.tiedEmbeddings() ? 0 : (long) config.vocabularySize() * config.hiddenSize());
            weightBytes = loader.bytes();
        }
        LOG.info(
                "Loaded {} as {}: {} MB of weights, {} threads{}",
                directory,
                precision,
                weightBytes >> 20,
                threads,
                ProcessMemory.now());
    }

    /** The token embedding where it lies in the file: a step touches a row a token, and the rest needs no memory. */
    private NDArray embeddingRows() {
        long rowBytes = embedding.data().remaining() / config.vocabularySize();
        return manager.newSubManager(Device.cpu())
                .create(embedding.data(), new Shape(config.vocabularySize(), rowBytes), DataType.UINT8);
    }

    private IValue[] emptyCache() {
        Shape shape = new Shape(slots.count(), config.keyValueHeads(), contextLength, config.headSize());
        int type = precision == Precision.BFLOAT16 ? DecoderProgram.BFLOAT16 : DecoderProgram.FLOAT32;
        try (IValue device = DecoderProgram.value(manager.create(new Shape(0)))) {
            return IntStream.range(0, config.layers())
                    .mapToObj(layer -> own(program.zeros(shape, type, device)))
                    .toArray(IValue[]::new);
        }
    }

    private LayerTensors.Part embeddingPart(String name) {
        return new LayerTensors.Part(name, config.vocabularySize(), config.hiddenSize());
    }

    private IValue own(IValue value) {
        owned.add(value);
        return value;
    }

    /** @return the model's configuration */
    public ModelConfig config() {
        return config;
    }

    /** @return number format of the matrices in memory */
    public Precision precision() {
        return precision;
    }

    /** @return number of weights; a tied embedding counts once */
    public long parameterCount() {
        return parameterCount;
    }

    /**
     * @return memory that the weights take, in bytes; the token embedding is not among them, which stays in its file,
     *     save as the output head where the model shares them
     */
    public long weightBytes() {
        return weightBytes;
    }

    /** @return threads that compute a step, this decoder's own one included */
    public int threads() {
        return threads;
    }

    /** @return arrays in native memory, and lists of them, that are open between two steps; 0 once it is closed */
    public int openArrays() {
        return owned.size() + manager.getManagedArrays().size();
    }

    /** @return longest sequence in tokens that a slot holds */
    public int contextLength() {
        return contextLength;
    }

    /** @return the slots of the KV cache */
    public Slots slots() {
        return slots;
    }

    /**
     * Computes new tokens of several sequences in one pass; rows don't influence one another. On success each slot
     * holds its row's tokens. Blocks until the steps asked for earlier and this one are done.
     *
     * @param chunks one a sequence, no two of the same slot, at least one
     * @return for each chunk the logits after its last token, {@code [vocabularySize]}
     * @throws IllegalArgumentException if a token is out of the vocabulary or a slot would overflow; nothing is changed
     * @throws IllegalStateException    if the decoder is closed
     * @throws OutOfMemoryException     if there is too little memory; nothing is changed
     */
    public float[][] step(List<Chunk> chunks) {
        chunks.forEach(this::check);
        try {
            return onThread(() -> forward(chunks));
        } catch (RuntimeException e) {
            throw OutOfMemoryException.isMeant(e) ? new OutOfMemoryException(e) : e;
        }
    }

    private void check(Chunk chunk) {
        int needed = chunk.slot().length() + chunk.tokens().length;
        if (chunk.tokens().length == 0 || needed > contextLength) {
            throw new IllegalArgumentException("a slot of " + contextLength + " tokens that holds "
                    + chunk.slot().length() + " can't take " + chunk.tokens().length + " more");
        }
        for (int token : chunk.tokens()) {
            if (token < 0 || token >= config.vocabularySize()) {
                throw new IllegalArgumentException(
                        "token " + token + " is not in the vocabulary of " + config.vocabularySize());
            }
        }
    }

    private float[][] forward(List<Chunk> chunks) {
        long[] tokens = chunks.stream()
                .flatMapToInt(chunk -> Arrays.stream(chunk.tokens()))
                .asLongStream()
                .toArray();
        long[] rows = new long[3 * chunks.size()];
        for (int i = 0; i < chunks.size(); i++) {
            rows[3 * i] = chunks.get(i).slot().index();
            rows[3 * i + 1] = chunks.get(i).slot().length();
            rows[3 * i + 2] = chunks.get(i).tokens().length;
        }
        try (NDManager step = manager.newSubManager();
                IValue tokenList = IValue.listFrom(tokens);
                IValue rowList = IValue.listFrom(rows)) {
            IValue[] arguments = new IValue[2 + constants.length];
            arguments[0] = tokenList;
            arguments[1] = rowList;
            System.arraycopy(constants, 0, arguments, 2, constants.length);
            FloatBuffer logits =
                    program.run(step, "step", arguments).toByteBuffer(true).asFloatBuffer();
            chunks.forEach(chunk -> chunk.slot().append(chunk.tokens()));
            float[][] result = new float[chunks.size()][config.vocabularySize()];
            for (int i = 0; i < result.length; i++) {
                logits.get(result[i]);
                // From a hidden state that is not a number no logit is one.
                if (Float.isNaN(result[i][0])) {
                    chunks.get(i).slot().spoil();
                }
            }
            return result;
        }
    }

    /** Waits without heed of interruption: a caller that left early would release a slot that is being written. */
    private <T> T onThread(Supplier<T> work) {
        CompletableFuture<T> result;
        try {
            result = CompletableFuture.supplyAsync(work, thread);
        } catch (java.util.concurrent.RejectedExecutionException e) {
            throw new IllegalStateException("the decoder is closed", e);
        }
        try {
            return result.join();
        } catch (java.util.concurrent.CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Finishes the steps asked for and frees weights and cache. */
    @Override
    public void close() {
        if (thread.isShutdown()) {
            return;
        }
        onThread(() -> {
            owned.forEach(IValue::close);
            owned.clear();
            if (program != null) {
                program.close();
            }
            manager.close();
            return null;
        });
        thread.shutdown();
    }
}
