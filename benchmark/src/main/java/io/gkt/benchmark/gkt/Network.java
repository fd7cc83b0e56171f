package io.gkt.benchmark.gkt;

/**
 * The way between edge and teacher.
 *
 * @param roundTripMs       there and back, without what the bytes take; HTTP on both sides included
 * @param megabitsPerSecond in each direction
 * @param bytesUp           of a request
 * @param bytesDown         of its response
 */
record Network(double roundTripMs, double megabitsPerSecond, int bytesUp, int bytesDown) {

    /** Everything on one machine, at no cost. */
    static final Network NONE = new Network(0, 1, 0, 0);

    long up() {
        return way(bytesUp);
    }

    long down() {
        return way(bytesDown);
    }

    private long way(int bytes) {
        return Timeline.nanos(roundTripMs / 2 + bytes * 8 / (megabitsPerSecond * 1e3));
    }
}
