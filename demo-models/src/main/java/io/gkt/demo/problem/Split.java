package io.gkt.demo.problem;

/**
 * Which side of the divide between training and measuring a problem lies on. Expressions, and pairs of person and
 * thing, are assigned by their hash, so that the divide holds for every seed.
 */
enum Split {
    TRAINING,
    HELD_OUT;

    private static final int HELD_OUT_ONE_IN = 6;

    static Split ofExpression(String expression) {
        return of(expression);
    }

    static Split ofPair(String name, String thing) {
        return of(name + ' ' + thing);
    }

    private static Split of(String text) {
        // String.hashCode alone leaves neighbouring texts in neighbouring classes.
        int mixed = text.hashCode() * 0x9E3779B9;
        return Integer.remainderUnsigned(mixed ^ mixed >>> 15, HELD_OUT_ONE_IN) == 0 ? HELD_OUT : TRAINING;
    }
}
