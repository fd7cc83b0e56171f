package io.gkt.benchmark.engine;

/** How far logits are from those of the exact weights. */
final class LogitError {

    private LogitError() {}

    /**
     * @param logits   to be judged
     * @param expected as many
     * @return length of the difference over the length of what is expected
     */
    static double relative(float[] logits, float[] expected) {
        double difference = 0;
        double length = 0;
        for (int i = 0; i < expected.length; i++) {
            double error = logits[i] - expected[i];
            difference += error * error;
            length += (double) expected[i] * expected[i];
        }
        return Math.sqrt(difference / length);
    }
}
