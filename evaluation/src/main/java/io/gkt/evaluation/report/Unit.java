package io.gkt.evaluation.report;

/**
 * A multiple of something counted.
 *
 * @param name such as {@code GFLOP}
 * @param size how many make one
 */
record Unit(String name, double size) {

    /** The unit in which the largest of some numbers of FLOPs has at least two digits before its point. */
    static Unit ofFlops(double largest) {
        return largest >= 1e13
                ? new Unit("TFLOP", 1e12)
                : largest >= 1e10 ? new Unit("GFLOP", 1e9) : new Unit("MFLOP", 1e6);
    }

    double of(double count) {
        return count / size;
    }
}
