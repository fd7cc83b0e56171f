package io.gkt.benchmark.engine;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Path;

/** llama.cpp: one call of {@code llama_decode} a step, on threads of its own kind. */
final class LlamaEngine implements Engine {

    /** Tokens in one call, llama.cpp's own default. */
    static final int LARGEST_BATCH = 2048;

    private final LlamaLibrary library;
    private final LlamaLibrary.Api api;
    private final Pointer model;
    private final Pointer context;
    private final Pointer threadPool;
    private final int vocabularySize;
    private final int[] lengths;
    /** Each row's number, to be pointed to. */
    private final Memory sequences;

    private final LlamaLibrary.Batch.ByValue batch = new LlamaLibrary.Batch.ByValue();
    private int tokensPerRow;

    private LlamaEngine(
            LlamaLibrary library, Pointer model, Pointer context, int vocabularySize, int rows, int threads) {
        this.library = library;
        this.api = library.api;
        this.model = model;
        this.context = context;
        this.vocabularySize = vocabularySize;
        this.lengths = new int[rows];
        this.threadPool = library.newThreadPool(threads);
        api.llama_attach_threadpool(context, threadPool, threadPool);
        batch.token = new Memory(LARGEST_BATCH * Integer.BYTES);
        batch.pos = new Memory(LARGEST_BATCH * Integer.BYTES);
        batch.n_seq_id = new Memory(LARGEST_BATCH * Integer.BYTES);
        batch.seq_id = new Memory(LARGEST_BATCH * (long) Native.POINTER_SIZE);
        batch.logits = new Memory(LARGEST_BATCH);
        sequences = new Memory((long) rows * Integer.BYTES);
        for (int row = 0; row < rows; row++) {
            sequences.setInt((long) row * Integer.BYTES, row);
        }
    }

    /**
     * @param library        llama.cpp
     * @param file           a GGUF
     * @param vocabularySize of the model
     * @param flashAttention whether attention is computed in one piece
     * @param rows           sequences at once
     * @param contextLength  longest sequence in tokens
     * @param threads        that compute
     * @return the engine, ready
     * @throws IOException if llama.cpp refuses the file
     */
    static LlamaEngine load(
            LlamaLibrary library,
            Path file,
            int vocabularySize,
            boolean flashAttention,
            int rows,
            int contextLength,
            int threads)
            throws IOException {
        LlamaLibrary.Api api = library.api;
        Pointer model = api.llama_model_load_from_file(file.toString(), api.llama_model_default_params());
        if (model == null) {
            throw new IOException("llama.cpp can't load " + file);
        }
        LlamaLibrary.ContextParameters.ByValue parameters = api.llama_context_default_params();
        parameters.n_ctx = rows * contextLength;
        parameters.n_seq_max = rows;
        parameters.n_threads = threads;
        parameters.n_threads_batch = threads;
        parameters.flash_attn_type = flashAttention ? 1 : 0;
        Pointer context = api.llama_init_from_model(model, parameters);
        if (context == null) {
            api.llama_model_free(model);
            throw new IOException("llama.cpp can't make room for " + rows + " sequences of " + contextLength);
        }
        return new LlamaEngine(library, model, context, vocabularySize, rows, threads);
    }

    @Override
    public void fill(int rows, int[] tokens) {
        step(new int[][] {tokens});
        for (int row = 1; row < rows; row++) {
            api.llama_memory_seq_cp(api.llama_get_memory(context), 0, row, -1, -1);
            lengths[row] = tokens.length;
        }
    }

    @Override
    public void truncate(int row, int length) {
        if (!api.llama_memory_seq_rm(api.llama_get_memory(context), row, length, -1)) {
            throw new IllegalStateException("llama.cpp can't forget tokens");
        }
        lengths[row] = length;
    }

    @Override
    public void step(int[][] tokens) {
        tokensPerRow = tokens[0].length;
        int count = 0;
        for (int row = 0; row < tokens.length; row++) {
            for (int token : tokens[row]) {
                boolean last = count % tokensPerRow == tokensPerRow - 1;
                batch.token.setInt((long) count * Integer.BYTES, token);
                batch.pos.setInt((long) count * Integer.BYTES, lengths[row]++);
                batch.n_seq_id.setInt((long) count * Integer.BYTES, 1);
                batch.seq_id.setPointer(
                        (long) count * Native.POINTER_SIZE, sequences.share((long) row * Integer.BYTES));
                batch.logits.setByte(count, (byte) (last ? 1 : 0));
                count++;
            }
        }
        batch.n_tokens = count;
        int status = api.llama_decode(context, batch);
        if (status != 0) {
            throw new IllegalStateException("llama_decode gave " + status);
        }
        pointerTo(0);
    }

    /** Waits for the step to end. */
    private Pointer pointerTo(int row) {
        return api.llama_get_logits_ith(context, (row + 1) * tokensPerRow - 1);
    }

    @Override
    public float[] logits(int row) {
        return pointerTo(row).getFloatArray(0, vocabularySize);
    }

    @Override
    public void close() {
        api.llama_free(context);
        library.freeThreadPool(threadPool);
        api.llama_model_free(model);
    }
}
