package io.gkt.teacher;

import java.nio.file.Path;

/** A small model with real weights. */
public final class TestModel {

    public static final Path DIRECTORY = Path.of("../inference/src/test/resources/golden/checkpoints/llama-tied");

    private TestModel() {}
}
