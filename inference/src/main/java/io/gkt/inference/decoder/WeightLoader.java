package io.gkt.inference.decoder;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import io.gkt.inference.checkpoint.Safetensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings weights from files into the form that {@link DecoderProgram} multiplies. Matrices pass through a small buffer
 * and one matrix that is used again and again, so that beside what is loaded little memory is taken.
 */
final class WeightLoader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WeightLoader.class);

    private static final int BUFFER_BYTES = 1 << 20;

    /** Larger blocks go back to the operating system when they are freed; smaller ones would leave holes. */
    private static final long REUSED_WEIGHTS = 8 << 20;

    private final Safetensors files;
    private final Precision precision;
    private final MatrixKernel kernel;
    private final DecoderProgram program;
    private final NDManager manager;
    private final NDManager cpu;
    private final LoadProgress progress;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final List<IValue> packed = new ArrayList<>();
    private IValue reused;
    private long parameterCount;
    private long bytes;

    /**
     * @param manager owns what is loaded
     */
    WeightLoader(
            Safetensors files, Precision precision, DecoderProgram program, NDManager manager, LoadProgress progress) {
        this.files = files;
        this.precision = precision;
        this.program = program;
        this.manager = manager;
        this.cpu = manager.newSubManager(Device.cpu());
        this.progress = progress;
        this.kernel = usable(MatrixKernel.of(precision, manager.getDevice().isGpu()));
    }

    /** Tries it on a small matrix: which instructions of the CPU a kernel needs is best known to the kernel. */
    private MatrixKernel usable(MatrixKernel fastest) {
        long side = 16;
        try (IValue block = zeros(side * side, type(fastest));
                IValue length = IValue.from(side);
                IValue matrix = program.call("matrix", block, length, length);
                IValue scales = zeros(side, DecoderProgram.FLOAT32);
                IValue number = IValue.from(fastest.ordinal())) {
            form(fastest, matrix, scales, number).close();
            return fastest;
        } catch (EngineException e) {
            LOG.warn("This CPU lacks instructions for fast {} matrices; another precision may be faster", precision);
            LOG.debug("What was tried", e);
            return MatrixKernel.PLAIN;
        }
    }

    private int type(MatrixKernel kernel) {
        return switch (precision) {
            case FLOAT32 -> DecoderProgram.FLOAT32;
            case BFLOAT16 -> DecoderProgram.BFLOAT16;
            // FBGEMM packs float32, and rounds it itself.
            case FLOAT16 -> kernel.packs() ? DecoderProgram.FLOAT32 : DecoderProgram.FLOAT16;
            case INT8 -> DecoderProgram.INT8;
        };
    }

    private IValue form(MatrixKernel kernel, IValue matrix, IValue scales, IValue number) {
        if (kernel.packs()) {
            return program.call("pack", matrix, scales, number);
        }
        try (IValue device = DecoderProgram.value(manager.create(new Shape(0)))) {
            return program.call("hold", matrix, scales, number, device);
        }
    }

    MatrixKernel kernel() {
        return kernel;
    }

    long parameterCount() {
        return parameterCount;
    }

    /** @return memory that the weights take, in bytes */
    long bytes() {
        return bytes;
    }

    /** The matrices that are no tensors, in the order in which they were loaded; the caller closes it. */
    IValue packed() {
        IValue list =
                packed.isEmpty() ? program.call("nothing_packed") : IValue.listFrom(packed.toArray(IValue[]::new));
        packed.forEach(IValue::close);
        packed.clear();
        return list;
    }

    /** Norms and biases: float32, stacked; no elements if there are no parts. */
    NDArray vector(List<LayerTensors.Part> parts) {
        if (parts.isEmpty()) {
            return manager.create(new Shape(0));
        }
        NDList arrays = new NDList();
        for (LayerTensors.Part part : parts) {
            arrays.add(program.floats(manager, files.tensor(part.name(), part.shape())));
        }
        NDArray whole = arrays.size() == 1 ? arrays.get(0) : NDArrays.concat(arrays);
        if (arrays.size() > 1) {
            arrays.close();
        }
        loaded(whole.size(), whole.size() * Float.BYTES);
        return whole;
    }

    /** Stacked matrices as one, or what takes its place if it went among {@link #packed} ones. The caller closes it. */
    IValue matrix(List<LayerTensors.Part> parts) {
        long columns = parts.get(0).shape()[1];
        long rows = parts.stream().mapToLong(part -> part.shape()[0]).sum();
        try (IValue block = block(rows * columns, type(kernel));
                IValue height = IValue.from(rows);
                IValue width = IValue.from(columns);
                IValue matrix = program.call("matrix", block, height, width);
                IValue scales = zeros(rows, DecoderProgram.FLOAT32);
                IValue number = IValue.from(kernel.ordinal())) {
            long row = 0;
            for (LayerTensors.Part part : parts) {
                row = fill(matrix, scales, row, part);
            }
            loaded(rows * columns, rows * precision.rowBytes(columns));
            IValue formed = form(kernel, matrix, scales, number);
            if (kernel.packs()) {
                packed.add(formed);
                return program.call("packed_place", number);
            }
            return formed;
        }
    }

    private IValue block(long weights, int type) {
        if (weights > REUSED_WEIGHTS) {
            return zeros(weights, type);
        }
        if (reused == null) {
            reused = zeros(REUSED_WEIGHTS, type);
        }
        return program.call("same", reused);
    }

    private IValue zeros(long count, int type) {
        try (NDArray onCpu = cpu.create(new Shape(0));
                IValue like = DecoderProgram.value(onCpu)) {
            return program.zeros(new Shape(count), type, like);
        }
    }

    private long fill(IValue matrix, IValue scales, long firstRow, LayerTensors.Part part) {
        Safetensors.Type type = files.type(part.name(), part.shape());
        int rowBytes = Math.toIntExact(part.shape()[1] * type.bytes());
        long row = firstRow;
        long offset = 0;
        long end = part.shape()[0] * rowBytes;
        while (offset < end) {
            ByteBuffer rows = rowBytes > BUFFER_BYTES ? ByteBuffer.allocateDirect(rowBytes) : buffer.clear();
            rows.limit((int) Math.min(end - offset, rows.capacity() / rowBytes * (long) rowBytes));
            files.read(part.name(), offset, rows);
            offset += rows.flip().remaining();
            try (NDArray raw = cpu.create(rows, new Shape(rows.remaining()), DataType.UINT8);
                    IValue bytesOfRows = DecoderProgram.value(raw);
                    IValue at = IValue.from(row);
                    IValue number = IValue.from(DecoderProgram.number(type));
                    IValue next = program.call("put", matrix, scales, at, bytesOfRows, number)) {
                row = next.toLong();
            }
        }
        progress.add(Arrays.stream(part.shape()).reduce(1, (a, b) -> a * b));
        return row;
    }

    private void loaded(long parameters, long size) {
        parameterCount += parameters;
        bytes += size;
    }

    @Override
    public void close() {
        packed.forEach(IValue::close);
        if (reused != null) {
            reused.close();
        }
        cpu.close();
    }
}
