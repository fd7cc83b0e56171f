package io.gkt.benchmark.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GgmlTypeTest {

    private static final int BLOCK = 32;

    @Test
    void halvesHoldWhatHalvesCan() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = Half.toFloat((short) bits);
            if (!Float.isNaN(value)) {
                assertThat(Half.of(value)).isEqualTo((short) bits);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1.00048828125, 1", // halfway, to even
        "1.0004884, 1.0009765625",
        "65519.99, 65504",
        "65520, Infinity",
        "-1e9, -Infinity",
        "0.00000002, 0",
        "0.00000004, 0.000000059604645"
    })
    void otherNumbersAreRoundedToTheNearestHalf(float value, float rounded) {
        assertThat(Half.toFloat(Half.of(value))).isEqualTo(rounded);
    }

    @Test
    void bytesAreAtMostHalfAStepAway() {
        SplittableRandom random = new SplittableRandom(1);
        for (int round = 0; round < 100; round++) {
            float[] row = normal(random, 2 * BLOCK);
            ByteBuffer data = encode(GgmlType.Q8_0, row);
            assertThat(data.remaining()).isEqualTo(2 * 34);
            for (int block = 0; block < 2; block++) {
                float scale = Half.toFloat(data.getShort());
                assertThat(scale).isCloseTo(largest(row, block) / 127, within(1e-3f * scale));
                for (int i = 0; i < BLOCK; i++) {
                    assertThat(data.get() * scale).isCloseTo(row[block * BLOCK + i], within(0.6f * scale));
                }
            }
        }
    }

    @Test
    void nibblesAreAtMostAStepAwayAndLieHalfABlockApart() {
        SplittableRandom random = new SplittableRandom(2);
        for (int round = 0; round < 100; round++) {
            float[] row = normal(random, BLOCK);
            ByteBuffer data = encode(GgmlType.Q4_0, row);
            assertThat(data.remaining()).isEqualTo(18);
            float scale = Half.toFloat(data.getShort());
            assertThat(Math.abs(scale)).isCloseTo(largest(row, 0) / 8, within(1e-3f * Math.abs(scale)));
            for (int i = 0; i < BLOCK / 2; i++) {
                int pair = data.get();
                float first = ((pair & 15) - 8) * scale;
                float second = ((pair >> 4 & 15) - 8) * scale;
                // The largest of the other sign is up to a whole step beyond the last number.
                assertThat(first).isCloseTo(row[i], within(1.01f * Math.abs(scale)));
                assertThat(second).isCloseTo(row[i + BLOCK / 2], within(1.01f * Math.abs(scale)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"Q8_0, 0", "Q4_0, 8"})
    void zerosStayZeros(GgmlType type, int zero) {
        ByteBuffer data = encode(type, new float[BLOCK]);
        assertThat(Half.toFloat(data.getShort())).isZero();
        assertThat(data.get() & 15).isEqualTo(zero);
    }

    @Test
    void rowsMustBeWholeBlocks() {
        assertThatThrownBy(() -> GgmlType.Q4_0.bytes(48))
                .hasMessageContaining("48")
                .hasMessageContaining("32");
    }

    private static ByteBuffer encode(GgmlType type, float[] row) {
        ByteBuffer data = ByteBuffer.allocate(type.bytes(row.length)).order(ByteOrder.LITTLE_ENDIAN);
        type.encode(row, data);
        return data.flip();
    }

    private static float[] normal(SplittableRandom random, int length) {
        float[] row = new float[length];
        for (int i = 0; i < length; i++) {
            row[i] = (float) (0.02 * random.nextGaussian());
        }
        return row;
    }

    private static float largest(float[] row, int block) {
        float largest = 0;
        for (int i = 0; i < BLOCK; i++) {
            largest = Math.max(largest, Math.abs(row[block * BLOCK + i]));
        }
        return largest;
    }
}
