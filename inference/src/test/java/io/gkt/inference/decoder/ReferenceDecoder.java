package io.gkt.inference.decoder;

import io.gkt.inference.checkpoint.ModelConfig;
import io.gkt.inference.checkpoint.Rope;
import java.util.Map;

/**
 * A decoder written from the published architectures (RMSNorm, rotary positions on head halves, grouped-query attention,
 * SwiGLU) in plain loops and double precision: slow, without a cache, and independent of the program it checks.
 */
final class ReferenceDecoder {

    private final ModelConfig config;
    private final Map<String, double[]> weights;

    ReferenceDecoder(ModelConfig config, Map<String, double[]> weights) {
        this.config = config;
        this.weights = weights;
    }

    /** Logits after the last token. */
    double[] logits(int[] tokens) {
        int hidden = config.hiddenSize();
        double[][] x = new double[tokens.length][];
        for (int t = 0; t < tokens.length; t++) {
            x[t] = new double[hidden];
            System.arraycopy(weights.get("model.embed_tokens.weight"), tokens[t] * hidden, x[t], 0, hidden);
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            block("model.layers." + layer + ".", x);
        }
        double[] last = norm(x[tokens.length - 1], weights.get("model.norm.weight"));
        String head = config.tiedEmbeddings() ? "model.embed_tokens" : "lm_head";
        return linear(last, head);
    }

    private void block(String prefix, double[][] x) {
        int size = config.headSize();
        int group = config.heads() / config.keyValueHeads();
        double[][][] queries = new double[x.length][][];
        double[][][] keys = new double[x.length][][];
        double[][][] values = new double[x.length][][];
        for (int t = 0; t < x.length; t++) {
            double[] normed = norm(x[t], weights.get(prefix + "input_layernorm.weight"));
            queries[t] = heads(linear(normed, prefix + "self_attn.q_proj"), size);
            keys[t] = heads(linear(normed, prefix + "self_attn.k_proj"), size);
            values[t] = heads(linear(normed, prefix + "self_attn.v_proj"), size);
            rotateAll(queries[t], prefix + "self_attn.q_norm.weight", t);
            rotateAll(keys[t], prefix + "self_attn.k_norm.weight", t);
        }
        for (int t = 0; t < x.length; t++) {
            double[] attended = new double[config.heads() * size];
            for (int h = 0; h < config.heads(); h++) {
                double[] scores = new double[t + 1];
                double sum = 0;
                for (int s = 0; s <= t; s++) {
                    scores[s] = Math.exp(dot(queries[t][h], keys[s][h / group]) / Math.sqrt(size));
                    sum += scores[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < size; i++) {
                        attended[h * size + i] += scores[s] / sum * values[s][h / group][i];
                    }
                }
            }
            add(x[t], linear(attended, prefix + "self_attn.o_proj"));
            double[] normed = norm(x[t], weights.get(prefix + "post_attention_layernorm.weight"));
            double[] gate = linear(normed, prefix + "mlp.gate_proj");
            double[] up = linear(normed, prefix + "mlp.up_proj");
            for (int i = 0; i < gate.length; i++) {
                gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
            }
            add(x[t], linear(gate, prefix + "mlp.down_proj"));
        }
    }

    private void rotateAll(double[][] heads, String normName, int position) {
        for (int h = 0; h < heads.length; h++) {
            double[] head = weights.containsKey(normName) ? norm(heads[h], weights.get(normName)) : heads[h];
            double[] rotated = new double[head.length];
            int half = head.length / 2;
            for (int i = 0; i < half; i++) {
                double angle = position * frequency(i, head.length);
                rotated[i] = head[i] * Math.cos(angle) - head[i + half] * Math.sin(angle);
                rotated[i + half] = head[i + half] * Math.cos(angle) + head[i] * Math.sin(angle);
            }
            heads[h] = rotated;
        }
    }

    private double frequency(int pair, int size) {
        double plain = 1 / Math.pow(config.rope().theta(), 2.0 * pair / size);
        Rope.Scaling scaling = config.rope().scaling();
        if (scaling instanceof Rope.Linear linear) {
            return plain / linear.factor();
        }
        if (scaling instanceof Rope.Llama3 llama3) {
            double wavelength = 2 * Math.PI / plain;
            if (wavelength < llama3.originalContext() / llama3.highFrequency()) {
                return plain;
            }
            if (wavelength > llama3.originalContext() / llama3.lowFrequency()) {
                return plain / llama3.factor();
            }
            double smooth = (llama3.originalContext() / wavelength - llama3.lowFrequency())
                    / (llama3.highFrequency() - llama3.lowFrequency());
            return (1 - smooth) * plain / llama3.factor() + smooth * plain;
        }
        return plain;
    }

    private double[] linear(double[] x, String name) {
        double[] weight = weights.get(name + ".weight");
        double[] bias = weights.get(name + ".bias");
        double[] y = new double[weight.length / x.length];
        for (int row = 0; row < y.length; row++) {
            y[row] = bias == null ? 0 : bias[row];
            for (int i = 0; i < x.length; i++) {
                y[row] += weight[row * x.length + i] * x[i];
            }
        }
        return y;
    }

    private double[] norm(double[] x, double[] weight) {
        double scale = 1 / Math.sqrt(dot(x, x) / x.length + config.normEpsilon());
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i] * scale * weight[i];
        }
        return y;
    }

    private static double[][] heads(double[] x, int size) {
        double[][] heads = new double[x.length / size][size];
        for (int i = 0; i < x.length; i++) {
            heads[i / size][i % size] = x[i];
        }
        return heads;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void add(double[] to, double[] what) {
        for (int i = 0; i < to.length; i++) {
            to[i] += what[i];
        }
    }
}
