package io.gkt.service;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.RemoteModel;
import io.gkt.inference.checkpoint.CheckpointException;
import io.gkt.inference.checkpoint.ModelConfig;
import io.gkt.inference.decoder.Decoder;
import io.gkt.inference.decoder.MathThreads;
import io.gkt.inference.decoder.Precision;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.unit.DataSize;

/**
 * Which model a service runs, and how much memory it may take.
 *
 * @param prefix        of the settings' names, for messages
 * @param directory     a Hugging Face model directory; null takes the embedded demo model
 * @param precision     number format of the model's matrices in memory
 * @param contextLength longest prompt and answer together, in tokens; null takes the model's own, at most
 *                      {@value #DEFAULT_CONTEXT_LENGTH}
 * @param kvCacheLimit  most memory that the KV cache may take
 * @param threads       threads that compute; null leaves it to {@code OMP_NUM_THREADS}, or takes one for each core
 * @param shared        whether the other service runs on this machine, too, and so gets half of the cores if nothing
 *                      else is said: threads that wait for one another spin, and must not take each other's cores
 */
public record ModelSettings(
        String prefix,
        Path directory,
        Precision precision,
        Integer contextLength,
        DataSize kvCacheLimit,
        Integer threads,
        boolean shared) {

    private static final Logger LOG = LoggerFactory.getLogger(ModelSettings.class);
    private static final int DEFAULT_CONTEXT_LENGTH = 4096;

    /**
     * Finds what can be found wrong without loading anything: a directory that is missing, incomplete or of an
     * unsupported architecture, weights of other shapes, and a KV cache above its limit.
     *
     * @param slots     sequences held at once
     * @param demoModel the directory to take if none is set
     * @throws StartException if the model can't be used as the settings say
     */
    public void check(int slots, Supplier<Path> demoModel) {
        using(slots, demoModel, (source, config) -> {
            Decoder.check(source, config);
            return source;
        });
    }

    /**
     * Loads the model.
     *
     * @param slots     sequences held at once
     * @param demoModel the directory to take if none is set
     * @return the model, ready
     * @throws StartException if the model can't be used as the settings say
     */
    public LanguageModel load(int slots, Supplier<Path> demoModel) {
        return using(slots, demoModel, (source, config) -> {
            int length = contextLength(config);
            LOG.info("Loading the model in {}", source);
            long began = System.nanoTime();
            LanguageModel model = LanguageModel.load(source, precision, slots, length);
            LOG.info(
                    "Loaded {} ({} as {}, {} layers, vocabulary of {}) in {} ms; {} sequences of {} tokens, KV cache {} MB",
                    model.name(),
                    config.family(),
                    precision,
                    config.layers(),
                    config.vocabularySize(),
                    (System.nanoTime() - began) / 1_000_000,
                    slots,
                    length,
                    Decoder.cacheBytes(config, precision, slots, length) / 1_048_576);
            return model;
        });
    }

    /**
     * Reads what the directory says of a model that another server runs.
     *
     * @param name what clients call it
     * @return the model
     * @throws StartException if no directory is set, or it can't be used
     */
    public RemoteModel remote(String name) {
        quieten();
        if (directory == null) {
            throw new StartException(
                    "Prompts for the server that runs the model are made here, but " + prefix + ".model is not set.",
                    "Set it to a directory with the model's tokenizer.json and chat template; its weights are not"
                            + " needed.");
        }
        checkDirectory(directory);
        try {
            return RemoteModel.load(name, directory, contextLength);
        } catch (CheckpointException | IllegalArgumentException | UncheckedIOException e) {
            throw unusable(directory, e);
        }
    }

    private static void quieten() {
        // Before the first class of DJL: it would report its use and look for newer native libraries.
        System.getProperties().putIfAbsent("OPT_OUT_TRACKING", "true");
        System.getProperties().putIfAbsent("ai.djl.offline", "true");
    }

    private void limitThreads() {
        if (threads != null) {
            MathThreads.set(threads);
        } else if (shared && System.getenv("OMP_NUM_THREADS") == null) {
            MathThreads.set(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
        }
    }

    private void checkDirectory(Path source) {
        if (!Files.isDirectory(source)) {
            throw new StartException(
                    "The model directory " + source.toAbsolutePath() + " does not exist.",
                    "Set " + prefix + ".model to a Hugging Face model directory, or leave it out for the demo model.");
        }
    }

    private StartException unusable(Path source, RuntimeException e) {
        return new StartException(
                "The model in " + source.toAbsolutePath() + " can't be used: " + e.getMessage() + ".",
                "Repair the directory, or set " + prefix + ".model to another one.",
                e);
    }

    private <T> T using(int slots, Supplier<Path> demoModel, BiFunction<Path, ModelConfig, T> use) {
        quieten();
        limitThreads();
        Path source = directory == null ? demoModel.get() : directory;
        checkDirectory(source);
        try {
            ModelConfig config = ModelConfig.read(source);
            checkCache(config, slots, contextLength(config));
            return use.apply(source, config);
        } catch (CheckpointException | IllegalArgumentException | UncheckedIOException e) {
            throw unusable(source, e);
        }
    }

    private int contextLength(ModelConfig config) {
        if (contextLength == null) {
            return Math.min(config.contextLength(), DEFAULT_CONTEXT_LENGTH);
        }
        if (contextLength > config.contextLength()) {
            throw new StartException(
                    "The model takes " + config.contextLength() + " tokens, but " + prefix + ".context-length is "
                            + contextLength + ".",
                    "Lower it, or leave it out.");
        }
        return contextLength;
    }

    private void checkCache(ModelConfig config, int slots, int length) {
        long bytes = Decoder.cacheBytes(config, precision, slots, length);
        if (bytes > kvCacheLimit.toBytes()) {
            throw new StartException(
                    "The KV cache would take 2 (keys and values) x " + config.layers() + " layers x "
                            + config.keyValueHeads() + " heads x " + config.headSize() + " values x "
                            + precision.cacheBytes() + " bytes x " + slots + " sequences x " + length + " tokens = "
                            + bytes / 1_048_576
                            + " MB, but " + prefix + ".kv-cache-limit is " + kvCacheLimit.toMegabytes() + " MB.",
                    "Lower " + prefix + ".context-length or the number of sequences at once, or raise the limit.");
        }
    }
}
