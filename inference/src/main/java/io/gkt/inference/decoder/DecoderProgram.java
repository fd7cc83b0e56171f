package io.gkt.inference.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.gkt.inference.checkpoint.Safetensors;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * {@code decoder.py}, loaded. A TorchScript archive is a zip whose {@code data.pkl} names the class of the module;
 * ours has no attributes, so the archive is the source and three constant entries, and is made in memory.
 */
final class DecoderProgram implements AutoCloseable {

    /** New instance of {@code __torch__.Decoder}, without state: a protocol 2 pickle. */
    private static final byte[] MODULE_PICKLE =
            "\u0080\u0002c__torch__\nDecoder\n)\u0081}b.".getBytes(StandardCharsets.ISO_8859_1);

    private static final byte[] NO_CONSTANTS = "\u0080\u0002).".getBytes(StandardCharsets.ISO_8859_1);

    /** Operators keep the meaning that they have in this version of the file format. */
    private static final byte[] FORMAT_VERSION = "10\n".getBytes(StandardCharsets.ISO_8859_1);

    private final PtSymbolBlock module;

    private DecoderProgram(PtSymbolBlock module) {
        this.module = module;
    }

    static DecoderProgram load(NDManager manager) {
        try {
            InputStream archive = new ByteArrayInputStream(archive());
            return new DecoderProgram(JniUtils.loadModule((PtNDManager) manager, archive, true, false));
        } catch (IOException e) {
            throw new UncheckedIOException("can't load decoder.py", e);
        }
    }

    private static byte[] archive() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes);
                InputStream source = DecoderProgram.class.getResourceAsStream("decoder.py")) {
            entry(zip, "decoder/data.pkl", MODULE_PICKLE);
            entry(zip, "decoder/code/__torch__.py", source.readAllBytes());
            entry(zip, "decoder/constants.pkl", NO_CONSTANTS);
            entry(zip, "decoder/version", FORMAT_VERSION);
        }
        return bytes.toByteArray();
    }

    private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }

    /**
     * Runs a method that returns one tensor.
     *
     * @param manager   owner of the result
     * @param method    its name in {@code decoder.py}
     * @param arguments in order; none is closed
     * @return the result
     */
    NDArray run(NDManager manager, String method, IValue... arguments) {
        try (IValue result = IValueUtils.runMethod(module, method, arguments)) {
            return result.toTensor((PtNDManager) manager);
        }
    }

    /**
     * Runs a method with autograd on. Arguments are tensors and lists of tensors only: consecutive arrays whose
     * name ends in {@code []} form a list.
     *
     * @param method    its name in {@code decoder.py}
     * @param arguments named arrays, in order; the result belongs to the manager of the first
     * @return the result
     */
    NDArray runDifferentiably(String method, NDList arguments) {
        NDManager manager = arguments.get(0).getManager();
        try (NDArray marker = manager.zeros(new Shape(1))) {
            marker.setName("module_method:" + method);
            NDList named = new NDList(marker);
            named.addAll(arguments);
            return IValueUtils.forward(module, named, true).get(0);
        }
    }

    /** Copies a mapped tensor into a float32 array that {@code manager} owns. */
    NDArray floats(NDManager manager, Safetensors.Tensor tensor) {
        int dtype = switch (tensor.type()) {
            case F32 -> 6;
            case F16 -> 5;
            case BF16 -> 15;
        };
        // A buffer over the file is used where it lies; it must stay reachable until the copy is made.
        try (NDArray raw = manager.create(tensor.data(), new Shape(tensor.data().remaining()), DataType.UINT8);
                IValue bytes = value(raw);
                IValue type = IValue.from(dtype);
                NDArray flat = run(manager, "floats", bytes, type)) {
            return flat.reshape(new Shape(tensor.shape()));
        }
    }

    /** A float32 matrix in another number format; {@code manager} owns it. */
    NDArray convert(NDManager manager, NDArray matrix, Precision precision) {
        int dtype = switch (precision) {
            case FLOAT32 -> 6;
            case BFLOAT16 -> 15;
            case FLOAT16 -> 5;
            case INT8 -> 12;
        };
        try (IValue value = value(matrix);
                IValue type = IValue.from(dtype)) {
            return run(manager, "convert", value, type);
        }
    }

    /** Part of a KV cache for a precision, empty. DJL itself can't make bfloat16 arrays. */
    NDArray zeros(NDManager manager, Shape shape, Precision precision) {
        try (IValue dimensions = IValue.listFrom(shape.getShape());
                IValue type = IValue.from(precision == Precision.BFLOAT16 ? 15 : 6)) {
            return run(manager, "zeros", dimensions, type);
        }
    }

    static IValue value(NDArray array) {
        return IValue.from((PtNDArray) array);
    }

    static IValue list(NDArray... arrays) {
        return IValue.listFrom(Arrays.copyOf(arrays, arrays.length, PtNDArray[].class));
    }

    @Override
    public void close() {
        module.close();
    }
}
