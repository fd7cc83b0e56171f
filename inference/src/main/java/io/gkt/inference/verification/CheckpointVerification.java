package io.gkt.inference.verification;

import io.gkt.inference.checkpoint.CheckpointException;
import io.gkt.inference.checkpoint.ModelConfig;
import io.gkt.inference.decoder.Chunk;
import io.gkt.inference.decoder.Decoder;
import io.gkt.inference.decoder.Precision;
import io.gkt.inference.decoder.Slot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Compares a model with the {@code expected.json} in its directory: {@code cases}, each a {@code prompt} of token
 * ids, the {@code last_logits} after it and the {@code greedy} tokens that follow (end of sequence ignored). Each step
 * continues the reference's tokens, so that one that differs does not spoil those after it.
 */
public final class CheckpointVerification {

    /** How the same sequences are computed; the outcome must not depend on it. */
    public enum Schedule {
        /** One sequence after the other. */
        SINGLE,
        /** All sequences as rows of the same steps. */
        BATCH,
        /** Rows join, and so leave, some steps after one another. */
        STAGGERED
    }

    /**
     * What came of one case under one schedule.
     *
     * @param precision       number format of the matrices
     * @param schedule        how it ran
     * @param promptTokens    length of the prompt
     * @param largestError    largest absolute difference of a logit after the prompt; NaN if any is NaN
     * @param spread          standard deviation of the reference's logits
     * @param agreeingTokens  steps whose likeliest token is the reference's
     * @param expectedTokens  greedy tokens of the reference
     */
    public record Outcome(
            Precision precision,
            Schedule schedule,
            int promptTokens,
            double largestError,
            double spread,
            int agreeingTokens,
            int expectedTokens) {

        /**
         * Sixteen steps of the number format, in standard deviations of the logits: what errors of single weights, which
         * are independent, add up to on their way through the layers, with room for the unluckiest logit. A step of a
         * 16-bit number is that of its mantissa; one of int8 is that of rows whose largest weight is three standard
         * deviations. In float32 it is the order of the additions that differs, and not the weights.
         *
         * @param precision number format of the matrices
         * @return largest logit error that passes, in standard deviations of the reference's logits
         */
        static double tolerance(Precision precision) {
            return switch (precision) {
                case FLOAT32 -> 5e-4;
                case FLOAT16 -> 16 * Math.scalb(1.0, -10);
                case BFLOAT16 -> 16 * Math.scalb(1.0, -7);
                case INT8 -> 16 * 3.0 / 127;
            };
        }

        /** @return the largest error in standard deviations of the reference's logits */
        public double relativeError() {
            return largestError / spread;
        }

        /**
         * @return whether the logits are as near as the number format allows and, in float32, all greedy tokens are the
         *     reference's; less precise weights may turn near ties
         */
        public boolean passes() {
            return relativeError() <= tolerance(precision)
                    && (precision != Precision.FLOAT32 || agreeingTokens == expectedTokens);
        }
    }

    private static final int STAGGER = 5;

    private record Case(int[] prompt, float[] lastLogits, int[] greedy) {}

    private CheckpointVerification() {}

    /**
     * Runs every case under every schedule.
     *
     * @param directory a model directory with an {@code expected.json}
     * @param precision number format of the model's matrices
     * @return the outcomes, schedule by schedule
     * @throws CheckpointException if the model or the expectations can't be read
     */
    public static List<Outcome> run(Path directory, Precision precision) {
        ModelConfig config = ModelConfig.read(directory);
        List<Case> cases = read(directory.resolve("expected.json"));
        if (cases.isEmpty()
                || cases.stream()
                        .anyMatch(c -> c.prompt.length == 0
                                || c.greedy.length == 0
                                || c.lastLogits.length != config.vocabularySize())) {
            throw new CheckpointException(directory.resolve("expected.json")
                    + " needs cases, each with a prompt, greedy tokens and as many last_logits as config.json's vocab_size, "
                    + config.vocabularySize());
        }
        int longest = cases.stream()
                .mapToInt(c -> c.prompt.length + c.greedy.length)
                .max()
                .orElse(1);
        List<Outcome> outcomes = new ArrayList<>();
        try (Decoder decoder =
                Decoder.load(directory, config, precision, cases.size(), Math.min(longest, config.contextLength()))) {
            for (Case single : cases) {
                outcomes.addAll(run(decoder, Schedule.SINGLE, List.of(single)));
            }
            outcomes.addAll(run(decoder, Schedule.BATCH, cases));
            outcomes.addAll(run(decoder, Schedule.STAGGERED, cases));
        }
        return outcomes;
    }

    private static List<Case> read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(file + " is missing: it holds the reference's outputs");
        }
        try {
            JsonNode cases = JsonMapper.builder().build().readTree(file).path("cases");
            return StreamSupport.stream(cases.spliterator(), false)
                    .map(c -> new Case(ints(c.path("prompt")), floats(c.path("last_logits")), ints(c.path("greedy"))))
                    .toList();
        } catch (JacksonException e) {
            throw new CheckpointException(file + " is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static int[] ints(JsonNode array) {
        return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
    }

    private static float[] floats(JsonNode array) {
        float[] floats = new float[array.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = array.get(i).floatValue();
        }
        return floats;
    }

    private static List<Outcome> run(Decoder decoder, Schedule schedule, List<Case> cases) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            rows.add(new Row(cases.get(i), decoder, schedule == Schedule.STAGGERED ? STAGGER * i : 0));
        }
        for (int step = 0; !rows.stream().allMatch(Row::done); step++) {
            int now = step;
            List<Row> active = rows.stream()
                    .filter(row -> row.joinsAt <= now && !row.done())
                    .toList();
            float[][] logits = decoder.step(active.stream().map(Row::next).toList());
            for (int i = 0; i < logits.length; i++) {
                active.get(i).accept(logits[i]);
            }
        }
        return rows.stream().map(row -> row.outcome(decoder, schedule)).toList();
    }

    private static final class Row {

        private final Case expected;
        private final Slot slot;
        private final int joinsAt;
        private int made;
        private int agreeing;
        private double largestError;

        Row(Case expected, Decoder decoder, int joinsAt) {
            this.expected = expected;
            this.slot = decoder.slots().acquire(expected.prompt).orElseThrow();
            this.slot.truncate(0);
            this.joinsAt = joinsAt;
        }

        boolean done() {
            return made >= expected.greedy.length;
        }

        Chunk next() {
            return new Chunk(slot, made == 0 ? expected.prompt : new int[] {expected.greedy[made - 1]});
        }

        void accept(float[] logits) {
            if (made == 0) {
                for (int i = 0; i < logits.length; i++) {
                    largestError = Math.max(largestError, Math.abs(logits[i] - expected.lastLogits[i]));
                }
            }
            int best = 0;
            for (int i = 1; i < logits.length; i++) {
                best = logits[i] > logits[best] ? i : best;
            }
            agreeing += best == expected.greedy[made++] ? 1 : 0;
        }

        Outcome outcome(Decoder decoder, Schedule schedule) {
            decoder.slots().release(slot);
            return new Outcome(
                    decoder.precision(),
                    schedule,
                    expected.prompt.length,
                    largestError,
                    standardDeviation(expected.lastLogits),
                    agreeing,
                    expected.greedy.length);
        }

        private static double standardDeviation(float[] numbers) {
            double mean = IntStream.range(0, numbers.length)
                    .mapToDouble(i -> numbers[i])
                    .average()
                    .orElseThrow();
            return Math.sqrt(IntStream.range(0, numbers.length)
                    .mapToDouble(i -> (numbers[i] - mean) * (numbers[i] - mean))
                    .average()
                    .orElseThrow());
        }
    }
}
