package io.gkt.demo.training;

import io.gkt.demo.tokenizer.TokenizerLearner;
import java.util.Arrays;
import java.util.List;

/** Lessons side by side, padded at their ends to the length of the longest. */
record Batch(int[][] tokens, float[][] weights) {

    static Batch of(List<Lesson> lessons) {
        int length = lessons.stream()
                .mapToInt(lesson -> lesson.tokens().length)
                .max()
                .orElseThrow();
        int[][] tokens = new int[lessons.size()][];
        float[][] weights = new float[lessons.size()][];
        for (int i = 0; i < tokens.length; i++) {
            var lesson = lessons.get(i);
            tokens[i] = Arrays.copyOf(lesson.tokens(), length);
            Arrays.fill(tokens[i], lesson.tokens().length, length, TokenizerLearner.END_OF_TEXT_ID);
            weights[i] = Arrays.copyOf(lesson.weights(), length);
        }
        return new Batch(tokens, weights);
    }

    int tokenCount() {
        return tokens.length * tokens[0].length;
    }
}
