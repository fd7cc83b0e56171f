package io.gkt.benchmark.engine;

/**
 * A step that is repeated.
 *
 * @param rows   sequences in the batch
 * @param held   tokens that each holds before the step
 * @param tokens new tokens of each
 */
record Workload(int rows, int held, int tokens) {

    /** Tokens that a sequence holds when it is continued. */
    static final int DECODE_CONTEXT = 128;

    static Workload decode(int rows) {
        return new Workload(rows, DECODE_CONTEXT, 1);
    }

    static Workload prefill(int tokens) {
        return new Workload(1, 0, tokens);
    }

    String name() {
        return held == 0 ? "prefill " + tokens : "decode " + rows;
    }

    int tokensPerStep() {
        return rows * tokens;
    }
}
