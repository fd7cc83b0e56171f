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

    /** Torch's numbers of types. */
    static final int INT8 = 1;

    static final int FLOAT16 = 5;
    static final int FLOAT32 = 6;
    static final int BFLOAT16 = 15;

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
        try (IValue result = call(method, arguments)) {
            return result.toTensor((PtNDManager) manager);
        }
    }

    /**
     * Runs a method.
     *
     * @param method    its name in {@code decoder.py}
     * @param arguments in order; none is closed
     * @return what it returns; the caller closes it
     */
    IValue call(String method, IValue... arguments) {
        return IValueUtils.runMethod(module, method, arguments);
    }

    /** Torch's number of a file's type. */
    static int number(Safetensors.Type type) {
        return switch (type) {
            case F32 -> FLOAT32;
            case F16 -> FLOAT16;
            case BF16 -> BFLOAT16;
        };
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
        // A buffer over the file is used where it lies; it must stay reachable until the copy is made.
        try (NDArray raw = manager.create(tensor.data(), new Shape(tensor.data().remaining()), DataType.UINT8);
                IValue bytes = value(raw);
                IValue type = IValue.from(number(tensor.type()));
                NDArray flat = run(manager, "floats", bytes, type)) {
            return flat.reshape(new Shape(tensor.shape()));
        }
    }

    /** Zeros on the device of {@code like}; the caller closes it. DJL itself can't make bfloat16 arrays. */
    IValue zeros(Shape shape, int type, IValue like) {
        try (IValue dimensions = IValue.listFrom(shape.getShape());
                IValue number = IValue.from(type)) {
            return call("zeros", dimensions, number, like);
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
