package io.gkt.benchmark.gkt;

import io.gkt.benchmark.gkt.MeasuredStep.Kind;
import io.gkt.benchmark.shape.Shape;
import io.gkt.inference.decoder.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is known of the steps of one model on one machine, as a file keeps it.
 *
 * @param shape     of the model
 * @param precision of its matrices
 * @param threads   that computed
 * @param date      of the last measurement
 * @param steps     each kind once
 */
record MeasuredSteps(Shape shape, Precision precision, int threads, String date, List<MeasuredStep> steps) {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    static MeasuredSteps none(Shape shape, Precision precision, int threads) {
        return new MeasuredSteps(shape, precision, threads, LocalDate.now().toString(), List.of());
    }

    /** @throws IOException if there is no such file, or it holds something else */
    static MeasuredSteps read(Path file) throws IOException {
        try {
            return JSON.readValue(Files.readString(file), MeasuredSteps.class);
        } catch (JacksonException e) {
            throw new IOException(file + " holds no measured steps: " + e.getOriginalMessage(), e);
        }
    }

    /** Replaces the file as a whole, so that it is complete whenever the measurement is interrupted. */
    void write(Path file) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        Files.writeString(unfinished, JSON.writeValueAsString(this));
        Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    }

    MeasuredSteps plus(List<MeasuredStep> more) {
        List<MeasuredStep> all = new ArrayList<>(steps);
        all.addAll(more);
        return new MeasuredSteps(shape, precision, threads, LocalDate.now().toString(), all);
    }

    boolean have(Kind kind) {
        return steps.stream().anyMatch(step -> step.kind().equals(kind));
    }

    /** @return whether these are of the same model, precision and number of threads */
    boolean sameModel(MeasuredSteps other) {
        return shape == other.shape && precision == other.precision && threads == other.threads;
    }

    /** @return the medians */
    StepTimes times() {
        List<StepTimes.Decode> decode = new ArrayList<>();
        List<StepTimes.Prefill> prefill = new ArrayList<>();
        List<StepTimes.Mixed> mixed = new ArrayList<>();
        for (MeasuredStep step : steps) {
            Kind kind = step.kind();
            if (kind.tokens() == 0) {
                decode.add(new StepTimes.Decode(kind.rows(), kind.context(), step.medianMs()));
            } else if (kind.rows() == 0) {
                prefill.add(new StepTimes.Prefill(kind.tokens(), kind.position(), step.medianMs()));
            } else {
                mixed.add(new StepTimes.Mixed(kind.rows(), kind.context(), kind.tokens(), step.medianMs()));
            }
        }
        return new StepTimes(decode, prefill, mixed);
    }
}
