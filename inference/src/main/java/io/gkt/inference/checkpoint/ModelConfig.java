package io.gkt.inference.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What a {@code config.json} says about a decoder-only model, in one spelling for all supported families.
 *
 * @param family             {@code llama}, {@code mistral}, {@code qwen2} or {@code qwen3}
 * @param hiddenSize         width of the residual stream
 * @param layers             number of blocks
 * @param heads              query heads
 * @param keyValueHeads      key and value heads; divides {@code heads}
 * @param headSize           components of a head, even
 * @param intermediateSize   width of the feed-forward network
 * @param vocabularySize     rows of the embedding
 * @param contextLength      longest sequence in tokens that the model was made for
 * @param normEpsilon        epsilon of every RMS norm
 * @param rope               rotary position embedding
 * @param tiedEmbeddings     whether the output head is the embedding
 * @param queryKeyValueBias  whether query, key and value projections have biases
 * @param outputBias         whether the attention output projection has a bias
 * @param feedForwardBias    whether the feed-forward projections have biases
 * @param queryKeyNorm       whether each query and key head is RMS-normed before rotation
 * @param endOfSequence      token ids that end a sequence; may be empty
 */
public record ModelConfig(
        String family,
        int hiddenSize,
        int layers,
        int heads,
        int keyValueHeads,
        int headSize,
        int intermediateSize,
        int vocabularySize,
        int contextLength,
        double normEpsilon,
        Rope rope,
        boolean tiedEmbeddings,
        boolean queryKeyValueBias,
        boolean outputBias,
        boolean feedForwardBias,
        boolean queryKeyNorm,
        Set<Integer> endOfSequence) {

    private static final Set<String> FAMILIES = Set.of("llama", "mistral", "qwen2", "qwen3");

    /** Copies the set so that the record is immutable. */
    public ModelConfig {
        endOfSequence = Set.copyOf(endOfSequence);
    }

    /**
     * Reads {@code config.json} and, where present, {@code generation_config.json}.
     *
     * @param directory a Hugging Face model directory
     * @return the configuration
     * @throws CheckpointException if it is missing, malformed, or describes something unsupported
     */
    public static ModelConfig read(Path directory) {
        Path file = directory.resolve("config.json");
        if (!Files.isDirectory(directory)) {
            throw new CheckpointException(directory + " is not a directory: name one that holds config.json,"
                    + " tokenizer.json and *.safetensors");
        }
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(
                    directory + " has no config.json: is it a Hugging Face model directory? (GGUF is not supported)");
        }
        try {
            return new Reader(file, JsonFile.read(file))
                    .read(JsonFile.read(directory.resolve("generation_config.json")));
        } catch (JacksonException e) {
            throw new CheckpointException(file + " has a value of the wrong type: " + e.getOriginalMessage(), e);
        }
    }

    private record Reader(Path file, JsonNode json) {

        ModelConfig read(JsonNode generation) {
            String family = json.path("model_type").asString("");
            if (!FAMILIES.contains(family)) {
                throw unsupported("model_type \"" + family + "\"", "llama, mistral, qwen2 and qwen3 are supported");
            }
            JsonNode activation = json.path("hidden_act");
            if (!activation.isMissingNode() && !activation.asString("").equals("silu")) {
                throw unsupported("hidden_act " + activation, "only silu is supported");
            }
            if (json.hasNonNull("quantization_config")) {
                throw unsupported("quantization_config", "use the unquantized checkpoint");
            }
            if (json.path("partial_rotary_factor").asDouble(1) != 1) {
                throw unsupported("partial_rotary_factor", "heads must be rotated whole");
            }
            int hidden = positive("hidden_size");
            int heads = positive("num_attention_heads");
            int keyValueHeads = json.hasNonNull("num_key_value_heads") ? positive("num_key_value_heads") : heads;
            int headSize = json.hasNonNull("head_dim") ? positive("head_dim") : hidden / heads;
            if (heads % keyValueHeads != 0 || headSize < 2 || headSize % 2 != 0) {
                throw new CheckpointException(file + ": " + heads + " attention heads can't share " + keyValueHeads
                        + " key/value heads of size " + headSize);
            }
            int positions = positive("max_position_embeddings");
            boolean attentionBias = json.path("attention_bias").asBoolean(false);
            boolean qwen2 = family.equals("qwen2");
            return new ModelConfig(
                    family,
                    hidden,
                    positive("num_hidden_layers"),
                    heads,
                    keyValueHeads,
                    headSize,
                    positive("intermediate_size"),
                    positive("vocab_size"),
                    Math.min(positions, window(positions)),
                    json.has("rms_norm_eps") ? number(json, "rms_norm_eps") : 1e-6,
                    rope(positions),
                    json.path("tie_word_embeddings").asBoolean(false),
                    qwen2 || attentionBias,
                    !qwen2 && attentionBias,
                    json.path("mlp_bias").asBoolean(false),
                    family.equals("qwen3"),
                    endOfSequence(generation));
        }

        /** Within the window, sliding attention is full attention: the context is kept that short. */
        private int window(int positions) {
            boolean slides = json.hasNonNull("sliding_window")
                    && json.path("use_sliding_window").asBoolean(true);
            return slides ? positive("sliding_window") : positions;
        }

        private Rope rope(int positions) {
            boolean newSpelling = json.hasNonNull("rope_parameters");
            JsonNode rope = json.path(newSpelling ? "rope_parameters" : "rope_scaling");
            JsonNode named = rope.has("rope_theta") ? rope : json;
            double theta = named.has("rope_theta") ? number(named, "rope_theta") : 10_000;
            String type = rope.path("rope_type").asString(rope.path("type").asString("default"));
            Rope.Scaling scaling = switch (type) {
                case "default" -> new Rope.Unscaled();
                case "linear" -> new Rope.Linear(number(rope, "factor"));
                case "llama3" -> llama3(rope, positions);
                default -> throw unsupported("rope type \"" + type + "\"", "default, linear and llama3 are");
            };
            return new Rope(theta, scaling);
        }

        private Rope.Llama3 llama3(JsonNode rope, int positions) {
            double low = number(rope, "low_freq_factor");
            double high = number(rope, "high_freq_factor");
            if (high <= low) {
                throw new CheckpointException(
                        file + ": \"high_freq_factor\" is " + high + ", but must be above \"low_freq_factor\", " + low);
            }
            String original = "original_max_position_embeddings";
            return new Rope.Llama3(
                    number(rope, "factor"), low, high, rope.has(original) ? positive(rope, original) : positions);
        }

        private double number(JsonNode node, String name) {
            double number = node.path(name).isNumber() ? node.path(name).asDouble() : Double.NaN;
            if (!(number > 0 && number < Double.POSITIVE_INFINITY)) {
                throw new CheckpointException(file + ": \"" + name + "\" must be a positive number, but is "
                        + (node.has(name) ? node.path(name) : "missing"));
            }
            return number;
        }

        private int positive(String name) {
            return positive(json, name);
        }

        private int positive(JsonNode node, String name) {
            JsonNode value = node.path(name);
            if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < 1) {
                throw new CheckpointException(file + ": \"" + name + "\" must be a positive whole number, but is "
                        + (value.isMissingNode() ? "missing" : value));
            }
            return value.asInt();
        }

        private Set<Integer> endOfSequence(JsonNode generation) {
            Set<Integer> ids = new TreeSet<>();
            for (JsonNode source : new JsonNode[] {generation, json}) {
                JsonNode value = source.path("eos_token_id");
                if (value.isArray()) {
                    value.forEach(id -> ids.add(id.asInt(-1)));
                } else if (value.canConvertToInt()) {
                    ids.add(value.asInt());
                }
            }
            return ids;
        }

        private CheckpointException unsupported(String what, String instead) {
            return new CheckpointException(file + ": " + what + " is not supported; " + instead);
        }
    }
}
