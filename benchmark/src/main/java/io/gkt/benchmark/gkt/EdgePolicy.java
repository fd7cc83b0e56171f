package io.gkt.benchmark.gkt;

/**
 * The edge's settings, {@code gkt.student.*}.
 *
 * @param concurrent        answers made at the same time
 * @param guidanceTimeoutMs longest wait for the teacher
 * @param prefixReuse       whether a prompt's beginning is not computed again that the request before in its slot had too
 */
record EdgePolicy(int concurrent, double guidanceTimeoutMs, boolean prefixReuse) {

    EdgePolicy {
        if (concurrent < 1 || guidanceTimeoutMs <= 0) {
            throw new IllegalArgumentException("an edge makes at least one answer and waits longer than no time");
        }
    }

    /** As the edge is set by default. */
    static final EdgePolicy DEFAULT = new EdgePolicy(4, 5_000, true);

    EdgePolicy withPrefixReuse(boolean reuse) {
        return new EdgePolicy(concurrent, guidanceTimeoutMs, reuse);
    }

    EdgePolicy withConcurrent(int answers) {
        return new EdgePolicy(answers, guidanceTimeoutMs, prefixReuse);
    }

    EdgePolicy patient() {
        return new EdgePolicy(concurrent, 1e9, prefixReuse);
    }
}
