package io.gkt.benchmark.shape;

import java.util.LinkedHashMap;
import java.util.Map;

/** Shapes of published models, from their {@code config.json}. */
public enum Shape {
    /** HuggingFaceTB/SmolLM2-135M: 134.5 M weights. */
    SMOLLM2_135M("llama", "LlamaForCausalLM", 576, 30, 9, 3, 64, 1536, 49_152, 100_000, true),
    /** Qwen/Qwen2.5-0.5B: 494 M weights. */
    QWEN2_5_0_5B("qwen2", "Qwen2ForCausalLM", 896, 24, 14, 2, 64, 4864, 151_936, 1_000_000, true),
    /** Qwen/Qwen3-0.6B: 596 M weights. */
    QWEN3_0_6B("qwen3", "Qwen3ForCausalLM", 1024, 28, 16, 8, 128, 3072, 151_936, 1_000_000, true),
    /** Qwen/Qwen2.5-1.5B: 1,544 M weights. */
    QWEN2_5_1_5B("qwen2", "Qwen2ForCausalLM", 1536, 28, 12, 2, 128, 8960, 151_936, 1_000_000, true),
    /** Qwen/Qwen2.5-7B: 7,616 M weights. */
    QWEN2_5_7B("qwen2", "Qwen2ForCausalLM", 3584, 28, 28, 4, 128, 18_944, 152_064, 1_000_000, false),
    /** Of no published model: so small that what surrounds it is all that costs. */
    NEGLIGIBLE("llama", "LlamaForCausalLM", 32, 1, 2, 1, 16, 64, 768, 10_000, true);

    /** Longest sequence that the checkpoints declare, in tokens. */
    static final int CONTEXT_LENGTH = 8192;

    private final String family;
    private final String architecture;
    private final int hidden;
    private final int layers;
    private final int heads;
    private final int keyValueHeads;
    private final int headSize;
    private final int intermediate;
    private final int vocabulary;
    private final double ropeTheta;
    private final boolean tied;

    Shape(
            String family,
            String architecture,
            int hidden,
            int layers,
            int heads,
            int keyValueHeads,
            int headSize,
            int intermediate,
            int vocabulary,
            double ropeTheta,
            boolean tied) {
        this.family = family;
        this.architecture = architecture;
        this.hidden = hidden;
        this.layers = layers;
        this.heads = heads;
        this.keyValueHeads = keyValueHeads;
        this.headSize = headSize;
        this.intermediate = intermediate;
        this.vocabulary = vocabulary;
        this.ropeTheta = ropeTheta;
        this.tied = tied;
    }

    /** @return what its {@code config.json} says */
    Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", new String[] {architecture});
        config.put("model_type", family);
        config.put("hidden_size", hidden);
        config.put("num_hidden_layers", layers);
        config.put("num_attention_heads", heads);
        config.put("num_key_value_heads", keyValueHeads);
        config.put("head_dim", headSize);
        config.put("intermediate_size", intermediate);
        config.put("vocab_size", vocabulary);
        config.put("max_position_embeddings", CONTEXT_LENGTH);
        config.put("hidden_act", "silu");
        config.put("rms_norm_eps", 1e-6);
        config.put("rope_theta", ropeTheta);
        config.put("tie_word_embeddings", tied);
        config.put("bos_token_id", null);
        config.put("eos_token_id", 0);
        config.put("torch_dtype", "bfloat16");
        return config;
    }

    /** @return its tensors and their dimensions, by their names in a checkpoint */
    Map<String, long[]> tensors() {
        Map<String, long[]> tensors = new LinkedHashMap<>();
        long queries = (long) heads * headSize;
        long keys = (long) keyValueHeads * headSize;
        tensors.put("model.embed_tokens.weight", new long[] {vocabulary, hidden});
        for (int i = 0; i < layers; i++) {
            String layer = "model.layers." + i + ".";
            tensors.put(layer + "input_layernorm.weight", new long[] {hidden});
            tensors.put(layer + "self_attn.q_proj.weight", new long[] {queries, hidden});
            tensors.put(layer + "self_attn.k_proj.weight", new long[] {keys, hidden});
            tensors.put(layer + "self_attn.v_proj.weight", new long[] {keys, hidden});
            tensors.put(layer + "self_attn.o_proj.weight", new long[] {hidden, queries});
            if (family.equals("qwen2")) {
                tensors.put(layer + "self_attn.q_proj.bias", new long[] {queries});
                tensors.put(layer + "self_attn.k_proj.bias", new long[] {keys});
                tensors.put(layer + "self_attn.v_proj.bias", new long[] {keys});
            }
            if (family.equals("qwen3")) {
                tensors.put(layer + "self_attn.q_norm.weight", new long[] {headSize});
                tensors.put(layer + "self_attn.k_norm.weight", new long[] {headSize});
            }
            tensors.put(layer + "post_attention_layernorm.weight", new long[] {hidden});
            tensors.put(layer + "mlp.gate_proj.weight", new long[] {intermediate, hidden});
            tensors.put(layer + "mlp.up_proj.weight", new long[] {intermediate, hidden});
            tensors.put(layer + "mlp.down_proj.weight", new long[] {hidden, intermediate});
        }
        tensors.put("model.norm.weight", new long[] {hidden});
        if (!tied) {
            tensors.put("lm_head.weight", new long[] {vocabulary, hidden});
        }
        return tensors;
    }
}
