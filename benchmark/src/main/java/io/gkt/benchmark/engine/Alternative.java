package io.gkt.benchmark.engine;

import java.util.List;

/**
 * One way to run the model.
 *
 * @param name     for tables
 * @param variants settings among which the best one counts, workload by workload
 */
record Alternative(String name, List<Loader> variants) {

    /** Loads an engine; it is closed before the next one is loaded. */
    @FunctionalInterface
    interface Loader {
        Engine load() throws Exception;
    }
}
