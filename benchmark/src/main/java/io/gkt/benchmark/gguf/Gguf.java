package io.gkt.benchmark.gguf;

import io.gkt.inference.checkpoint.ModelConfig;
import io.gkt.inference.checkpoint.Rope;
import io.gkt.inference.checkpoint.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A checkpoint as one GGUF file, version 3: matrices in the type asked for, vectors in single precision, and
 * a vocabulary if one is given. Format: <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">gguf.md</a>.
 */
public final class Gguf {

    private static final int ALIGNMENT = 32;
    private static final int VERSION = 3;
    private static final int UINT32 = 4;
    private static final int FLOAT32 = 6;
    private static final int INT32 = 5;
    private static final int BOOLEAN = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int NORMAL_TOKEN = 1;
    private static final int CONTROL_TOKEN = 3;
    private static final int CHUNK = 1 << 20;

    private final ModelConfig config;
    private final Safetensors weights;
    private final GgmlType type;
    private final List<String> vocabulary;
    private final String architecture;

    private Gguf(ModelConfig config, Safetensors weights, GgmlType type, List<String> vocabulary) {
        this.vocabulary = vocabulary;
        this.config = config;
        this.weights = weights;
        this.type = type;
        // To llama.cpp, Mistral is Llama with other numbers.
        this.architecture = config.family().equals("mistral") ? "llama" : config.family();
    }

    /**
     * @param name    in the checkpoint
     * @param newName in the file
     * @param shape   rows and columns, or the elements of a vector
     * @param heads   of a projection whose rows llama.cpp wants in another order, otherwise 0
     */
    private record Entry(String name, String newName, int[] shape, int heads) {

        int rows() {
            return shape.length == 1 ? 1 : shape[0];
        }

        int columns() {
            return shape[shape.length - 1];
        }
    }

    /**
     * Writes a checkpoint's weights, unless they are there already.
     *
     * @param checkpoint a Hugging Face model directory
     * @param type       of the matrices
     * @param file       what to write; its directory must exist
     * @throws IOException              if it can't be written
     * @throws IllegalArgumentException if the model scales its rope, is a Llama with biases, or has rows that don't
     *                                  fill whole blocks
     */
    public static void write(Path checkpoint, GgmlType type, Path file) throws IOException {
        write(checkpoint, type, List.of(), file);
    }

    /**
     * As {@link #write(Path, GgmlType, Path)}, with a vocabulary that token ids become text by. It has no merges, so
     * that llama.cpp can't tokenize with it.
     *
     * @param vocabulary as many tokens as the model has, spelled in GPT-2's alphabet of bytes; empty is none
     */
    static void write(Path checkpoint, GgmlType type, List<String> vocabulary, Path file) throws IOException {
        if (Files.exists(file)) {
            return;
        }
        ModelConfig config = ModelConfig.read(checkpoint);
        boolean llamaWithBias = !config.family().startsWith("qwen") && config.queryKeyValueBias();
        if (llamaWithBias || !(config.rope().scaling() instanceof Rope.Unscaled)) {
            throw new IllegalArgumentException(
                    checkpoint + " scales its rope or is a Llama with biases, which isn't written as GGUF");
        }
        Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        try (FileChannel channel = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            new Gguf(config, Safetensors.open(checkpoint), type, vocabulary).write(channel);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private void write(FileChannel channel) throws IOException {
        List<Entry> entries = entries();
        ByteBuffer header = header(entries);
        writeFully(channel, header);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        for (Entry entry : entries) {
            writeData(channel, entry, chunk);
            writeFully(channel, ByteBuffer.allocate(padding(channel.position())));
        }
    }

    private ByteBuffer header(List<Entry> entries) {
        Metadata metadata = new Metadata();
        metadata.text("general.architecture", architecture);
        metadata.number("general.alignment", ALIGNMENT);
        metadata.number("general.file_type", type.fileType);
        metadata.number(architecture + ".vocab_size", config.vocabularySize());
        metadata.number(architecture + ".context_length", config.contextLength());
        metadata.number(architecture + ".embedding_length", config.hiddenSize());
        metadata.number(architecture + ".block_count", config.layers());
        metadata.number(architecture + ".feed_forward_length", config.intermediateSize());
        metadata.number(architecture + ".attention.head_count", config.heads());
        metadata.number(architecture + ".attention.head_count_kv", config.keyValueHeads());
        metadata.number(architecture + ".attention.key_length", config.headSize());
        metadata.number(architecture + ".attention.value_length", config.headSize());
        metadata.number(architecture + ".rope.dimension_count", config.headSize());
        metadata.real(architecture + ".attention.layer_norm_rms_epsilon", config.normEpsilon());
        metadata.real(architecture + ".rope.freq_base", config.rope().theta());
        vocabulary(metadata);

        ByteBuffer header = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        header.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(VERSION);
        header.putLong(entries.size()).putLong(metadata.count);
        header.put(metadata.bytes.flip());
        long offset = 0;
        for (Entry entry : entries) {
            putText(header, entry.newName);
            header.putInt(entry.shape.length);
            for (int i = entry.shape.length - 1; i >= 0; i--) {
                header.putLong(entry.shape[i]);
            }
            header.putInt(typeOf(entry).id).putLong(offset);
            long end = offset + (long) entry.rows() * typeOf(entry).bytes(entry.columns());
            offset = end + padding(end);
        }
        header.put(new byte[padding(header.position())]);
        return header.flip();
    }

    private void vocabulary(Metadata metadata) {
        if (vocabulary.isEmpty()) {
            metadata.text("tokenizer.ggml.model", "no_vocab");
            return;
        }
        metadata.text("tokenizer.ggml.model", "gpt2");
        metadata.text("tokenizer.ggml.pre", "gpt-2");
        metadata.texts("tokenizer.ggml.tokens", vocabulary);
        metadata.numbers(
                "tokenizer.ggml.token_type",
                IntStream.range(0, vocabulary.size())
                        .map(id -> config.endOfSequence().contains(id) ? CONTROL_TOKEN : NORMAL_TOKEN)
                        .toArray());
        metadata.texts("tokenizer.ggml.merges", List.of());
        metadata.number("tokenizer.ggml.eos_token_id", Collections.min(config.endOfSequence()));
        metadata.no("tokenizer.ggml.add_bos_token");
    }

    private static final class Metadata {

        private final ByteBuffer bytes = ByteBuffer.allocate(CHUNK / 2).order(ByteOrder.LITTLE_ENDIAN);
        private long count;

        void text(String key, String value) {
            key(key, STRING);
            putText(bytes, value);
        }

        void number(String key, int value) {
            key(key, UINT32);
            bytes.putInt(value);
        }

        void real(String key, double value) {
            key(key, FLOAT32);
            bytes.putFloat((float) value);
        }

        void no(String key) {
            key(key, BOOLEAN);
            bytes.put((byte) 0);
        }

        void texts(String key, List<String> values) {
            key(key, ARRAY);
            bytes.putInt(STRING).putLong(values.size());
            values.forEach(value -> putText(bytes, value));
        }

        void numbers(String key, int[] values) {
            key(key, ARRAY);
            bytes.putInt(INT32).putLong(values.length);
            for (int value : values) {
                bytes.putInt(value);
            }
        }

        private void key(String key, int valueType) {
            count++;
            putText(bytes, key);
            bytes.putInt(valueType);
        }
    }

    private static void putText(ByteBuffer target, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        target.putLong(bytes.length).put(bytes);
    }

    private static int padding(long position) {
        return (int) (-position & ALIGNMENT - 1);
    }

    private GgmlType typeOf(Entry entry) {
        return entry.shape.length == 1 ? GgmlType.F32 : type;
    }

    private List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        int hidden = config.hiddenSize();
        int queries = config.heads() * config.headSize();
        int keys = config.keyValueHeads() * config.headSize();
        int inner = config.intermediateSize();
        add(entries, "model.embed_tokens.weight", "token_embd.weight", config.vocabularySize(), hidden);
        add(entries, "model.norm.weight", "output_norm.weight", hidden);
        if (!config.tiedEmbeddings()) {
            add(entries, "lm_head.weight", "output.weight", config.vocabularySize(), hidden);
        }
        for (int i = 0; i < config.layers(); i++) {
            String layer = "model.layers." + i + ".";
            String block = "blk." + i + ".";
            add(entries, layer + "input_layernorm.weight", block + "attn_norm.weight", hidden);
            rotated(entries, layer + "self_attn.q_proj", block + "attn_q", config.heads(), queries);
            rotated(entries, layer + "self_attn.k_proj", block + "attn_k", config.keyValueHeads(), keys);
            add(entries, layer + "self_attn.v_proj.weight", block + "attn_v.weight", keys, hidden);
            add(entries, layer + "self_attn.o_proj.weight", block + "attn_output.weight", hidden, queries);
            if (config.queryKeyValueBias()) {
                add(entries, layer + "self_attn.v_proj.bias", block + "attn_v.bias", keys);
            }
            if (config.outputBias()) {
                add(entries, layer + "self_attn.o_proj.bias", block + "attn_output.bias", hidden);
            }
            if (config.queryKeyNorm()) {
                add(entries, layer + "self_attn.q_norm.weight", block + "attn_q_norm.weight", config.headSize());
                add(entries, layer + "self_attn.k_norm.weight", block + "attn_k_norm.weight", config.headSize());
            }
            add(entries, layer + "post_attention_layernorm.weight", block + "ffn_norm.weight", hidden);
            add(entries, layer + "mlp.gate_proj.weight", block + "ffn_gate.weight", inner, hidden);
            add(entries, layer + "mlp.up_proj.weight", block + "ffn_up.weight", inner, hidden);
            add(entries, layer + "mlp.down_proj.weight", block + "ffn_down.weight", hidden, inner);
        }
        return entries;
    }

    private static void add(List<Entry> entries, String name, String newName, int... shape) {
        entries.add(new Entry(name, newName, shape, 0));
    }

    private void rotated(List<Entry> entries, String name, String newName, int heads, int rows) {
        // llama.cpp rotates neighbours in Llama's heads, but halves in Qwen's, as checkpoints do.
        int reordered = architecture.equals("llama") ? heads : 0;
        entries.add(new Entry(name + ".weight", newName + ".weight", new int[] {rows, config.hiddenSize()}, reordered));
        if (config.queryKeyValueBias()) {
            entries.add(new Entry(name + ".bias", newName + ".bias", new int[] {rows}, 0));
        }
    }

    private void writeData(FileChannel channel, Entry entry, ByteBuffer chunk) throws IOException {
        long[] shape = new long[entry.shape.length];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = entry.shape[i];
        }
        Safetensors.Tensor tensor = weights.tensor(entry.name, shape);
        float[] row = new float[entry.columns()];
        int bytes = typeOf(entry).bytes(row.length);
        for (int i = 0; i < entry.rows(); i++) {
            read(tensor, (long) sourceRow(entry, i) * row.length, row);
            if (chunk.remaining() < bytes) {
                writeFully(channel, chunk.flip());
                chunk.clear();
            }
            typeOf(entry).encode(row, chunk);
        }
        writeFully(channel, chunk.flip());
        chunk.clear();
    }

    private int sourceRow(Entry entry, int row) {
        if (entry.heads == 0) {
            return row;
        }
        int size = entry.rows() / entry.heads;
        int within = row % size;
        return row - within + within % 2 * (size / 2) + within / 2;
    }

    private static void read(Safetensors.Tensor tensor, long element, float[] row) {
        ByteBuffer data = tensor.data();
        for (int i = 0; i < row.length; i++) {
            int index = Math.toIntExact(element + i);
            row[i] = switch (tensor.type()) {
                case F32 -> data.getFloat(4 * index);
                case F16 -> Half.toFloat(data.getShort(2 * index));
                case BF16 -> Float.intBitsToFloat(data.getShort(2 * index) << 16);
            };
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
