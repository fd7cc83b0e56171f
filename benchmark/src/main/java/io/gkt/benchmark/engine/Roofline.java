package io.gkt.benchmark.engine;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import io.gkt.inference.decoder.Precision;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * What the machine can do at most, measured now.
 *
 * @param bytesPerSecond      read from main memory: lowest, median and highest of several tries
 * @param operationsPerSecond of a large matrix product, by the arithmetic of a precision; a multiplication and an
 *                            addition count as two
 */
record Roofline(Spread bytesPerSecond, Map<Precision, Double> operationsPerSecond) {

    private static final int REPETITIONS = 15;
    /** Several times the size of a last-level cache. */
    private static final int READ_NUMBERS = 1 << 27;
    /** Linux's number for it. */
    private static final int MADV_HUGEPAGE = 14;

    private static final int TOKENS = 512;
    private static final int WIDTH = 4096;
    private static final double OPERATIONS = 2.0 * TOKENS * WIDTH * WIDTH;

    private static final int FLOAT32 = 6;
    private static final int BFLOAT16 = 15;
    private static final int SIGNED_BYTE = 12;
    private static final int UNSIGNED_BYTE = 13;

    /**
     * Reads memory in two ways, with libtorch's sum and by comparing buffers in Java, and takes the faster one;
     * multiplies matrices with the kernels that the decoder uses. All on a thread that has ended on return: as long as
     * two threads of a process have computed in parallel, libgomp lets the workers of both sleep where they would spin,
     * and small steps of a decoder take twice the time.
     *
     * @param threads that read and multiply
     * @return medians of several tries
     */
    static Roofline measure(int threads) throws Exception {
        FutureTask<Roofline> task = new FutureTask<>(() -> measureHere(threads));
        Thread thread = new Thread(task, "roofline");
        thread.start();
        thread.join();
        return task.get();
    }

    private static Roofline measureHere(int threads) throws Exception {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Program program = new Program((PtNDManager) manager)) {
            Spread sums = program.read();
            Spread comparisons = compareBuffers(threads);
            Spread bandwidth = sums.median() > comparisons.median() ? sums : comparisons;
            Map<Precision, Double> operations = new EnumMap<>(Precision.class);
            operations.put(Precision.FLOAT32, program.multiply(FLOAT32));
            operations.put(Precision.BFLOAT16, program.multiply(BFLOAT16));
            // Half-precision weights are multiplied in single precision.
            operations.put(Precision.FLOAT16, operations.get(Precision.FLOAT32));
            operations.put(Precision.INT8, program.multiplyIntegers());
            return new Roofline(bandwidth, operations);
        }
    }

    private static Spread compareBuffers(int threads) throws Exception {
        ByteBuffer[] buffers = Stream.generate(() -> hugePages(READ_NUMBERS / 2 / threads * Float.BYTES))
                .limit(2L * threads)
                .toArray(ByteBuffer[]::new);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            return rate(2.0 * threads * buffers[0].remaining(), () -> {
                Future<?>[] parts = IntStream.range(0, threads)
                        .mapToObj(i -> pool.submit(() -> buffers[2 * i].mismatch(buffers[2 * i + 1])))
                        .toArray(Future<?>[]::new);
                for (Future<?> part : parts) {
                    part.get();
                }
            });
        } finally {
            pool.shutdown();
        }
    }

    /** Memory in pages of 2 MiB where the system has them, as reading is some 10 % faster then. */
    private static ByteBuffer hugePages(int bytes) {
        int page = 1 << 21;
        Pointer memory = new Memory((long) bytes + page).align(page);
        if (Platform.isLinux()) {
            Function.getFunction("c", "madvise").invokeInt(new Object[] {memory, (long) bytes, MADV_HUGEPAGE});
        }
        memory.setMemory(0, bytes, (byte) 1);
        return memory.getByteBuffer(0, bytes);
    }

    private interface Work {
        void run() throws Exception;
    }

    private static Spread rate(double amount, Work work) throws Exception {
        List<Double> rates = new ArrayList<>();
        for (int i = 0; i < REPETITIONS; i++) {
            long start = System.nanoTime();
            work.run();
            rates.add(amount * 1e9 / (System.nanoTime() - start));
        }
        return Spread.of(rates);
    }

    /** {@code roofline.py}, packed and loaded as the decoder is. */
    private static final class Program implements AutoCloseable {

        private final PtSymbolBlock module;

        Program(PtNDManager manager) throws IOException {
            JniUtils.setGraphExecutorOptimize(false);
            ByteArrayOutputStream archive = new ByteArrayOutputStream();
            try (ZipOutputStream zip = new ZipOutputStream(archive);
                    InputStream source = Roofline.class.getResourceAsStream("roofline.py")) {
                // Pickles of a new module without state and of no constants.
                entry(zip, "data.pkl", latin1("\u0080\u0002c__torch__\nRoofline\n)\u0081}b."));
                entry(zip, "code/__torch__.py", source.readAllBytes());
                entry(zip, "constants.pkl", latin1("\u0080\u0002)."));
                entry(zip, "version", latin1("10\n"));
            }
            module = JniUtils.loadModule(manager, new ByteArrayInputStream(archive.toByteArray()), true, false);
        }

        private static byte[] latin1(String text) {
            return text.getBytes(StandardCharsets.ISO_8859_1);
        }

        private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
            zip.putNextEntry(new ZipEntry("roofline/" + name));
            zip.write(content);
            zip.closeEntry();
        }

        Spread read() throws Exception {
            try (IValue numbers = matrix(READ_NUMBERS / WIDTH, FLOAT32)) {
                return rate(READ_NUMBERS * (double) Float.BYTES, () -> run("read", numbers));
            }
        }

        double multiply(int type) throws Exception {
            try (IValue x = matrix(TOKENS, type);
                    IValue weight = matrix(WIDTH, type)) {
                return rate(OPERATIONS, () -> run("multiply", x, weight)).median();
            }
        }

        double multiplyIntegers() throws Exception {
            try (IValue x = matrix(TOKENS, FLOAT32);
                    IValue weight = matrix(WIDTH, FLOAT32);
                    IValue activations = call("quantize", x, IValue.from(UNSIGNED_BYTE));
                    IValue integers = call("quantize", weight, IValue.from(SIGNED_BYTE));
                    IValue packed = call("pack", integers)) {
                return rate(OPERATIONS, () -> run("multiply_integers", activations, packed))
                        .median();
            }
        }

        private IValue matrix(int rows, int type) {
            return call("matrix", IValue.from(rows), IValue.from(WIDTH), IValue.from(type));
        }

        private void run(String method, IValue... arguments) {
            call(method, arguments).close();
        }

        private IValue call(String method, IValue... arguments) {
            return IValueUtils.runMethod(module, method, arguments);
        }

        @Override
        public void close() {
            module.close();
        }
    }
}
