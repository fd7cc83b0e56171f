package io.gkt.inference.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** One layer's product with int8 weights, against float64 loops. */
@EnabledIfSystemProperty(named = "os.arch", matches = "amd64|x86_64", disabledReason = "FBGEMM packs for x86 only")
class Int8LinearTest {

    private static final int OUTPUTS = 256;
    private static final int INPUTS = 896;

    @Test
    void channelsAHundredTimesLargerLeaveTheErrorUnderOnePercent() {
        SplittableRandom random = new SplittableRandom(3);
        double[] ordinary = random.doubles(INPUTS, -1, 1).toArray();
        double[] outliers = ordinary.clone();
        for (int channel : new int[] {5, 300, 301, 895}) {
            outliers[channel] *= 100;
        }
        double[] weights = new double[OUTPUTS * INPUTS];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (0.02 * random.nextGaussian());
        }

        float[] together = multiply(weights, ordinary, outliers);

        assertThat(relativeError(weights, ordinary, together, 0)).isLessThan(0.01);
        assertThat(relativeError(weights, outliers, together, 1)).isLessThan(0.01);
        float[] beside = multiply(weights, ordinary, ordinary);
        for (int i = 0; i < OUTPUTS; i++) {
            assertThat(beside[i]).as("the same beside outliers").isEqualTo(together[i]);
        }
    }

    private static float[] multiply(double[] weights, double[]... rows) {
        ByteBuffer raw = ByteBuffer.allocateDirect(4 * weights.length).order(ByteOrder.LITTLE_ENDIAN);
        for (double weight : weights) {
            raw.putFloat((float) weight);
        }
        float[] x = new float[rows.length * INPUTS];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) rows[i / INPUTS][i % INPUTS];
        }
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                DecoderProgram program = DecoderProgram.load(manager);
                IValue like = DecoderProgram.value(manager.create(new Shape(0)));
                IValue matrix = program.zeros(new Shape(OUTPUTS, INPUTS), DecoderProgram.INT8, like);
                IValue scales = program.zeros(new Shape(OUTPUTS), DecoderProgram.FLOAT32, like);
                IValue begin = IValue.from(0);
                IValue bytes =
                        DecoderProgram.value(manager.create(raw.flip(), new Shape(raw.remaining()), DataType.UINT8));
                IValue type = IValue.from(DecoderProgram.FLOAT32);
                IValue kernel = IValue.from(MatrixKernel.PACKED_INT8.ordinal());
                IValue input = DecoderProgram.value(manager.create(x, new Shape(rows.length, INPUTS)))) {
            program.call("put", matrix, scales, begin, bytes, type).close();
            try (IValue packed = program.call("pack", matrix, scales, kernel);
                    IValue split = program.call("packed_place", kernel)) {
                return program.run(manager, "linear_int8", input, split, packed).toFloatArray();
            }
        }
    }

    private static double relativeError(double[] weights, double[] x, float[] results, int row) {
        double error = 0;
        double norm = 0;
        for (int output = 0; output < OUTPUTS; output++) {
            double expected = 0;
            for (int input = 0; input < INPUTS; input++) {
                expected += weights[output * INPUTS + input] * (float) x[input];
            }
            error += Math.pow(results[row * OUTPUTS + output] - expected, 2);
            norm += expected * expected;
        }
        return Math.sqrt(error / norm);
    }
}
