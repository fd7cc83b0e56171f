package io.gkt.evaluation.accuracy;

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
public record Questions(PromptStyle style, Path data, Integer limit, long seed) {

    public List<Example> load() throws IOException {
        return style.dataset().load(data, limit, seed);
    }
}
