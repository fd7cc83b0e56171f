package io.gkt.benchmark.gguf;

/** IEEE half precision, for Java versions whose {@code Float} can't convert it. */
final class Half {

    private static final int SMALLEST_NORMAL = Float.floatToIntBits(0x1p-14f);
    private static final int TOO_LARGE = Float.floatToIntBits(0x1p16f);

    private Half() {}

    /** Rounds to the nearest, halfway cases to even. */
    static short of(float value) {
        int bits = Float.floatToIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fff_ffff;
        if (magnitude >= TOO_LARGE) {
            return (short) (sign | (Float.isNaN(value) ? 0x7e00 : 0x7c00));
        }
        if (magnitude < SMALLEST_NORMAL) {
            return (short) (sign | (int) Math.rint(Math.abs(value) * 0x1p24));
        }
        int rounded = magnitude + 0xfff + (magnitude >>> 13 & 1);
        return (short) (sign | (rounded - (112 << 23)) >>> 13);
    }

    static float toFloat(short half) {
        int exponent = half >>> 10 & 0x1f;
        int mantissa = half & 0x3ff;
        float magnitude = switch (exponent) {
            case 0 -> mantissa * 0x1p-24f;
            case 31 -> mantissa == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
            default -> Float.intBitsToFloat(exponent + 112 << 23 | mantissa << 13);
        };
        return half < 0 ? -magnitude : magnitude;
    }
}
