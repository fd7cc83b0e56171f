package io.gkt.evaluation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What is asked, and how.
 *
 * @param style how
 * @param data  the dataset's file; null for the demo
 * @param limit most questions; null takes all, of the demo 500
 * @param seed  which of the demo's problems
 */
record Questions(PromptStyle style, Path data, Integer limit, long seed) {

    List<Example> load() throws IOException {
        return style.dataset().load(data, limit, seed);
    }
}
