package io.gkt.inference.decoder;

import io.gkt.inference.checkpoint.ModelConfig;
import io.gkt.inference.checkpoint.Safetensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which tensors of a checkpoint make up each of the twelve tensors of a layer that {@code decoder.py} unpacks.
 */
final class LayerTensors {

    /** Tensors a layer, in {@code decoder.py}'s order. */
    static final int COUNT = 12;

    static final String EMBEDDING = "model.embed_tokens.weight";
    static final String FINAL_NORM = "model.norm.weight";
    static final String OUTPUT_HEAD = "lm_head.weight";

    private LayerTensors() {}

    /**
     * One tensor of a checkpoint.
     *
     * @param name  in the checkpoint
     * @param shape in the checkpoint
     */
    record Part(String name, long... shape) {}

    /**
     * The parts of a layer's tensors.
     *
     * @param config the model
     * @param layer  counted from 0
     * @return for each of the twelve the parts that are stacked along the first dimension; none if the
     *     architecture lacks the tensor
     */
    static List<List<Part>> of(ModelConfig config, int layer) {
        String prefix = "model.layers." + layer + ".";
        long hidden = config.hiddenSize();
        long size = config.headSize();
        long queries = config.heads() * size;
        long keys = config.keyValueHeads() * size;
        long inner = config.intermediateSize();
        List<Part> none = List.of();

        List<List<Part>> tensors = new ArrayList<>(COUNT);
        tensors.add(List.of(new Part(prefix + "input_layernorm.weight", hidden)));
        tensors.add(List.of(
                new Part(prefix + "self_attn.q_proj.weight", queries, hidden),
                new Part(prefix + "self_attn.k_proj.weight", keys, hidden),
                new Part(prefix + "self_attn.v_proj.weight", keys, hidden)));
        tensors.add(
                config.queryKeyValueBias()
                        ? List.of(
                                new Part(prefix + "self_attn.q_proj.bias", queries),
                                new Part(prefix + "self_attn.k_proj.bias", keys),
                                new Part(prefix + "self_attn.v_proj.bias", keys))
                        : none);
        tensors.add(List.of(new Part(prefix + "self_attn.o_proj.weight", hidden, queries)));
        tensors.add(config.outputBias() ? List.of(new Part(prefix + "self_attn.o_proj.bias", hidden)) : none);
        tensors.add(config.queryKeyNorm() ? List.of(new Part(prefix + "self_attn.q_norm.weight", size)) : none);
        tensors.add(config.queryKeyNorm() ? List.of(new Part(prefix + "self_attn.k_norm.weight", size)) : none);
        tensors.add(List.of(new Part(prefix + "post_attention_layernorm.weight", hidden)));
        tensors.add(List.of(
                new Part(prefix + "mlp.gate_proj.weight", inner, hidden),
                new Part(prefix + "mlp.up_proj.weight", inner, hidden)));
        tensors.add(
                config.feedForwardBias()
                        ? List.of(
                                new Part(prefix + "mlp.gate_proj.bias", inner),
                                new Part(prefix + "mlp.up_proj.bias", inner))
                        : none);
        tensors.add(List.of(new Part(prefix + "mlp.down_proj.weight", hidden, inner)));
        tensors.add(config.feedForwardBias() ? List.of(new Part(prefix + "mlp.down_proj.bias", hidden)) : none);
        return tensors;
    }

    /** Opens the weights if all tensors are there that the model needs, of its shapes: nothing is allocated before. */
    static Safetensors open(Path directory, ModelConfig config) {
        Safetensors files = Safetensors.open(directory);
        List<Part> whole = new ArrayList<>(List.of(
                new Part(EMBEDDING, config.vocabularySize(), config.hiddenSize()),
                new Part(FINAL_NORM, config.hiddenSize())));
        if (!config.tiedEmbeddings()) {
            whole.add(new Part(OUTPUT_HEAD, config.vocabularySize(), config.hiddenSize()));
        }
        whole.forEach(part -> files.type(part.name, part.shape));
        for (int layer = 0; layer < config.layers(); layer++) {
            of(config, layer).forEach(parts -> parts.forEach(part -> files.type(part.name, part.shape)));
        }
        return files;
    }

    static boolean isMatrix(List<Part> tensor) {
        return !tensor.isEmpty() && tensor.get(0).shape().length == 2;
    }

    /** Numbers in all matrices of a model, an embedding that is not the output head's apart. */
    static long matrixSize(ModelConfig config) {
        return (long) config.vocabularySize() * config.hiddenSize()
                + config.layers()
                        * of(config, 0).stream()
                                .filter(LayerTensors::isMatrix)
                                .flatMap(List::stream)
                                .mapToLong(part -> part.shape()[0] * part.shape()[1])
                                .sum();
    }
}
