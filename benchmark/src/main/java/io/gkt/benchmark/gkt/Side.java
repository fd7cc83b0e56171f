package io.gkt.benchmark.gkt;

import io.gkt.benchmark.process.TeacherModel;
import io.gkt.benchmark.shape.Shape;
import io.gkt.inference.decoder.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One of the two models.
 *
 * @param shape     of it, with random weights
 * @param precision of its matrices
 * @param threads   that compute
 */
record Side(Shape shape, Precision precision, int threads) {

    /** @return the settings that give it to a service, {@code gkt.teacher} or {@code gkt.student} */
    List<String> settings(String prefix) throws IOException {
        return List.of(
                "--" + prefix + ".model=" + TeacherModel.random(shape).toAbsolutePath(),
                "--" + prefix + ".precision=" + precision.name().toLowerCase(Locale.ROOT),
                "--" + prefix + ".threads=" + threads);
    }

    /**
     * Measures its steps in a process of their own, as far as they are not known yet.
     *
     * @param directory where what is known is kept
     * @param batches   sizes to decode at
     * @param arguments further options of {@code bench steps}
     */
    MeasuredSteps measure(Path directory, List<Integer> batches, List<String> arguments)
            throws IOException, InterruptedException {
        Path file = directory.resolve("%s-%s-%d.json"
                .formatted(shape, precision, threads)
                .toLowerCase(Locale.ROOT)
                .replace('_', '-'));
        List<String> options = new ArrayList<>(arguments);
        options.add("--shape=" + shape);
        options.add("--precision=" + precision);
        options.add("--threads=" + threads);
        options.add("--batches="
                + String.join(",", batches.stream().map(String::valueOf).toList()));
        options.add("--out=" + file);
        ChildProcess.run("steps", options);
        return MeasuredSteps.read(file);
    }

    @Override
    public String toString() {
        return shape + " (" + precision.name().toLowerCase(Locale.ROOT) + ")";
    }
}
