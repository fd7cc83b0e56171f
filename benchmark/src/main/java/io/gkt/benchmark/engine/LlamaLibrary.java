package io.gkt.benchmark.engine;

import com.sun.jna.Callback;
import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * llama.cpp's C API, as its makers of node-llama-cpp build and publish it: one library for every instruction set, of
 * which ggml picks the best that the machine has. Header:
 * <a href="https://github.com/ggml-org/llama.cpp/blob/master/include/llama.h">llama.h</a>.
 */
final class LlamaLibrary {

    /** The layouts of the structures below are those of the llama.cpp in this package, v0.5.0. */
    private static final String PACKAGE_VERSION = "3.22.1";

    final Api api;
    private final Ggml ggml;
    /** Kept for as long as native code may call it. */
    private final Log log = (level, text, data) -> {};

    private LlamaLibrary(Path directory) throws IOException {
        NativeLibrary library =
                NativeLibrary.getInstance(find(directory, "libllama.*").toString());
        ggml = Native.load(find(directory, "libggml.*").toString(), Ggml.class);
        api = Native.load(library.getFile().toString(), Api.class);
        api.llama_log_set(log, null);
        ggml.ggml_backend_load_all_from_path(directory.toString());
        api.llama_backend_init();
        ContextParameters defaults = api.llama_context_default_params();
        if (defaults.n_batch != 2048 || defaults.flash_attn_type != -1 || defaults.type_k != 1) {
            throw new IOException("llama.cpp's structures are not as expected in " + directory);
        }
    }

    /**
     * Fetches the library from npm, unless it is there, and loads it.
     *
     * @param parent where to keep it
     * @return the library
     * @throws IOException if this platform has none, or npm or its registry can't be reached
     */
    static LlamaLibrary fetch(Path parent) throws IOException, InterruptedException {
        String platform = platform();
        Path directory = Files.createDirectories(parent.resolve("llama.cpp-" + platform + "-" + PACKAGE_VERSION))
                .toAbsolutePath();
        Path libraries = directory.resolve("package").resolve("bins").resolve(platform);
        if (!Files.isDirectory(libraries)) {
            run(directory, "npm", "pack", "--silent", "@node-llama-cpp/" + platform + "@" + PACKAGE_VERSION);
            run(directory, "sh", "-c", "tar xzf *.tgz && rm *.tgz");
        }
        return new LlamaLibrary(libraries);
    }

    private static String platform() throws IOException {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch");
        if (!system.equals("linux")) {
            throw new IOException("llama.cpp is fetched for Linux only, not for " + system);
        }
        return switch (processor) {
            case "amd64" -> "linux-x64";
            case "aarch64" -> "linux-arm64";
            default -> throw new IOException("no llama.cpp is published for " + processor);
        };
    }

    private static void run(Path directory, String... command) throws IOException, InterruptedException {
        Path log = directory.resolve("fetch.log");
        int exitCode = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        if (exitCode != 0) {
            throw new IOException("'" + String.join(" ", command) + "' failed, see " + log);
        }
    }

    private static Path find(Path directory, String glob) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, glob)) {
            return files.iterator().next();
        }
    }

    String version() {
        return api.llama_version();
    }

    /**
     * @param threads how many
     * @return a thread pool, as llama.cpp's own tools make one: without it every step starts its threads anew
     */
    Pointer newThreadPool(int threads) {
        ThreadPoolParameters parameters = ggml.ggml_threadpool_params_default(threads);
        return function("ggml_threadpool_new").invokePointer(new Object[] {parameters.getPointer()});
    }

    void freeThreadPool(Pointer pool) {
        function("ggml_threadpool_free").invokeVoid(new Object[] {pool});
    }

    private Function function(String name) {
        return Function.getFunction(ggml.ggml_backend_reg_get_proc_address(ggml.ggml_backend_reg_by_name("CPU"), name));
    }

    /** Called with what llama.cpp has to say. */
    interface Log extends Callback {
        void invoke(int level, String text, Pointer data);
    }

    /** The functions of ggml that are needed, under their C names. */
    interface Ggml extends com.sun.jna.Library {
        void ggml_backend_load_all_from_path(String directory);

        Pointer ggml_backend_reg_by_name(String name);

        Pointer ggml_backend_reg_get_proc_address(Pointer registry, String name);

        ThreadPoolParameters.ByValue ggml_threadpool_params_default(int threads);
    }

    /** The functions of llama.cpp that are needed, under their C names. */
    interface Api extends com.sun.jna.Library {
        void llama_log_set(Log callback, Pointer data);

        void llama_backend_init();

        String llama_version();

        ModelParameters.ByValue llama_model_default_params();

        ContextParameters.ByValue llama_context_default_params();

        Pointer llama_model_load_from_file(String path, ModelParameters.ByValue parameters);

        void llama_model_free(Pointer model);

        Pointer llama_init_from_model(Pointer model, ContextParameters.ByValue parameters);

        void llama_free(Pointer context);

        void llama_attach_threadpool(Pointer context, Pointer pool, Pointer batchPool);

        Pointer llama_get_memory(Pointer context);

        boolean llama_memory_seq_rm(Pointer memory, int sequence, int from, int to);

        void llama_memory_seq_cp(Pointer memory, int sequence, int target, int from, int to);

        int llama_decode(Pointer context, Batch.ByValue batch);

        Pointer llama_get_logits_ith(Pointer context, int token);
    }

    /** {@code llama_model_params}. */
    @FieldOrder({
        "devices",
        "tensor_buft_overrides",
        "n_gpu_layers",
        "split_mode",
        "load_mode",
        "lazy_mode",
        "main_gpu",
        "tensor_split",
        "progress_callback",
        "progress_callback_user_data",
        "kv_overrides",
        "vocab_only",
        "check_tensors",
        "use_extra_bufts",
        "no_host",
        "no_alloc",
        "load_mtp"
    })
    public static class ModelParameters extends Structure {
        public Pointer devices;
        public Pointer tensor_buft_overrides;
        public int n_gpu_layers;
        public int split_mode;
        public int load_mode;
        public int lazy_mode;
        public int main_gpu;
        public Pointer tensor_split;
        public Pointer progress_callback;
        public Pointer progress_callback_user_data;
        public Pointer kv_overrides;
        public byte vocab_only;
        public byte check_tensors;
        public byte use_extra_bufts;
        public byte no_host;
        public byte no_alloc;
        public byte load_mtp;

        /** As C passes and returns it. */
        public static final class ByValue extends ModelParameters implements Structure.ByValue {}
    }

    /** {@code llama_context_params}. */
    @FieldOrder({
        "n_ctx",
        "n_batch",
        "n_ubatch",
        "n_seq_max",
        "n_rs_seq",
        "n_outputs_max",
        "n_outputs_max_per_seq",
        "n_threads",
        "n_threads_batch",
        "ctx_type",
        "rope_scaling_type",
        "pooling_type",
        "attention_type",
        "flash_attn_type",
        "rope_freq_base",
        "rope_freq_scale",
        "yarn_ext_factor",
        "yarn_attn_factor",
        "yarn_beta_fast",
        "yarn_beta_slow",
        "yarn_orig_ctx",
        "defrag_thold",
        "cb_eval",
        "cb_eval_user_data",
        "type_k",
        "type_v",
        "abort_callback",
        "abort_callback_data",
        "embeddings",
        "offload_kqv",
        "no_perf",
        "op_offload",
        "swa_full",
        "kv_unified",
        "samplers",
        "n_samplers",
        "ctx_other"
    })
    public static class ContextParameters extends Structure {
        public int n_ctx;
        public int n_batch;
        public int n_ubatch;
        public int n_seq_max;
        public int n_rs_seq;
        public int n_outputs_max;
        public int n_outputs_max_per_seq;
        public int n_threads;
        public int n_threads_batch;
        public int ctx_type;
        public int rope_scaling_type;
        public int pooling_type;
        public int attention_type;
        public int flash_attn_type;
        public float rope_freq_base;
        public float rope_freq_scale;
        public float yarn_ext_factor;
        public float yarn_attn_factor;
        public float yarn_beta_fast;
        public float yarn_beta_slow;
        public int yarn_orig_ctx;
        public float defrag_thold;
        public Pointer cb_eval;
        public Pointer cb_eval_user_data;
        public int type_k;
        public int type_v;
        public Pointer abort_callback;
        public Pointer abort_callback_data;
        public byte embeddings;
        public byte offload_kqv;
        public byte no_perf;
        public byte op_offload;
        public byte swa_full;
        public byte kv_unified;
        public Pointer samplers;
        public long n_samplers;
        public Pointer ctx_other;

        /** As C passes and returns it. */
        public static final class ByValue extends ContextParameters implements Structure.ByValue {}
    }

    /** {@code llama_batch}. */
    @FieldOrder({"n_tokens", "token", "embd", "pos", "n_seq_id", "seq_id", "logits"})
    public static class Batch extends Structure {
        public int n_tokens;
        public Pointer token;
        public Pointer embd;
        public Pointer pos;
        public Pointer n_seq_id;
        public Pointer seq_id;
        public Pointer logits;

        /** As C passes it. */
        public static final class ByValue extends Batch implements Structure.ByValue {}
    }

    /** {@code ggml_threadpool_params}. */
    @FieldOrder({"cpumask", "n_threads", "prio", "poll", "strict_cpu", "paused"})
    public static class ThreadPoolParameters extends Structure {
        public byte[] cpumask = new byte[512];
        public int n_threads;
        public int prio;
        public int poll;
        public byte strict_cpu;
        public byte paused;

        /** As C returns it. */
        public static final class ByValue extends ThreadPoolParameters implements Structure.ByValue {}
    }
}
