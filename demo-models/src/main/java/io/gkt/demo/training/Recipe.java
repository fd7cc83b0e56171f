package io.gkt.demo.training;

import io.gkt.demo.tokenizer.TokenizerLearner;
import io.gkt.inference.checkpoint.ModelConfig;
import io.gkt.inference.checkpoint.Rope;
import io.gkt.inference.decoder.TrainableDecoder.Optimizer;
import java.util.Set;

/**
 * How a model is made.
 *
 * @param tokenizer kind of its tokenizer
 * @param vocabularySize rows of its embedding; its tokenizer has at most as many entries
 * @param size of the model
 * @param curriculum what it is taught
 * @param schedule how long and how fast
 */
record Recipe(TokenizerLearner tokenizer, int vocabularySize, Size size, Curriculum curriculum, Schedule schedule) {

    /** Plans well and calculates well. */
    static final Recipe TEACHER = new Recipe(
            TokenizerLearner.BYTE_PAIRS,
            768,
            new Size(160, 4, 5, 5, 432),
            Curriculum.solving(),
            new Schedule(6_000, 24, 2e-3));

    /** Calculates well, and plans badly for want of practice. */
    static final Recipe STUDENT = new Recipe(
            TokenizerLearner.WORD_PIECES,
            416,
            new Size(112, 4, 4, 4, 304),
            Curriculum.calculating(0.04, 0.7),
            new Schedule(5_000, 24, 2.5e-3));

    /** Longest sequence in tokens; problems with their answers take up to 130. */
    private static final int CONTEXT_LENGTH = 512;

    /** Widths and counts of a Llama model. */
    record Size(int hidden, int layers, int heads, int keyValueHeads, int intermediate) {}

    /**
     * The learning rate's course: up within the first steps, level, and down to 0 in a straight line.
     *
     * @param steps batches in all
     * @param batchSize lessons in a batch
     * @param peak highest learning rate
     */
    record Schedule(int steps, int batchSize, double peak) {

        private static final int WARM_UP_STEPS = 100;
        private static final double LEVEL_UNTIL = 0.4;

        /** @param step counted from 0 */
        Optimizer optimizerAt(int step) {
            double warmUp = Math.min(1, (step + 1.0) / WARM_UP_STEPS);
            double decay = Math.min(1, (1 - (double) step / steps) / (1 - LEVEL_UNTIL));
            return new Optimizer(peak * Math.min(warmUp, decay), 0.9, 0.98, 0.05, 1);
        }

        Schedule withSteps(int steps) {
            return new Schedule(steps, batchSize, peak);
        }
    }

    ModelConfig config() {
        return new ModelConfig(
                "llama",
                size.hidden,
                size.layers,
                size.heads,
                size.keyValueHeads,
                size.hidden / size.heads,
                size.intermediate,
                vocabularySize,
                CONTEXT_LENGTH,
                1e-5,
                new Rope(10_000, new Rope.Unscaled()),
                true,
                false,
                false,
                false,
                false,
                Set.of(TokenizerLearner.END_OF_TEXT_ID));
    }
}
