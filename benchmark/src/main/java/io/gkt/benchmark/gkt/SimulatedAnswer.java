package io.gkt.benchmark.gkt;

/**
 * One answer in simulated time, as its user sees it.
 *
 * @param arrival when the user asked, nanoseconds
 * @param first   when the first text was there
 * @param end     when the last was there
 * @param source  who helped
 */
record SimulatedAnswer(long arrival, long first, long end, Source source) {

    /** Who wrote an answer: the teacher alone, both, or the student alone and why. */
    enum Source {
        TEACHER,
        GUIDED,
        FALLBACK_TIMEOUT,
        FALLBACK_REJECTED,
        FALLBACK_CIRCUIT_OPEN;

        boolean fallback() {
            return this != TEACHER && this != GUIDED;
        }
    }

    double firstMs() {
        return Timeline.milliseconds(first - arrival);
    }

    double totalMs() {
        return Timeline.milliseconds(end - arrival);
    }
}
