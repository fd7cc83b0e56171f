package io.gkt.demo.training;

import io.gkt.demo.problem.ProblemGenerator;
import io.gkt.inference.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * An endless course of batches of fresh lessons. Which lessons a step gets depends on the seed and the number of the
 * step alone, so training can go on anywhere. Lessons of several steps are drawn together and sorted by length, which
 * saves padding.
 */
final class Batches {

    private static final int STEPS_DRAWN_TOGETHER = 8;

    private final Curriculum curriculum;
    private final Tokenizer tokenizer;
    private final int batchSize;
    private final long seed;
    private int drawn = -1;
    private List<Batch> batches = List.of();

    Batches(Curriculum curriculum, Tokenizer tokenizer, int batchSize, long seed) {
        this.curriculum = curriculum;
        this.tokenizer = tokenizer;
        this.batchSize = batchSize;
        this.seed = seed;
    }

    /** @param step counted from 0 */
    Batch at(int step) {
        int draw = step / STEPS_DRAWN_TOGETHER;
        if (draw != drawn) {
            batches = draw(draw);
            drawn = draw;
        }
        return batches.get(step % STEPS_DRAWN_TOGETHER);
    }

    private List<Batch> draw(int draw) {
        var seeds = new SplittableRandom(seed ^ (draw + 1L) * 0x9E3779B97F4A7C15L);
        var problems = ProblemGenerator.training(seeds.nextLong());
        var random = new Random(seeds.nextLong());
        var lessons = new ArrayList<Lesson>();
        for (int i = 0; i < batchSize * STEPS_DRAWN_TOGETHER; i++) {
            lessons.add(curriculum.draw(random, problems, tokenizer));
        }
        lessons.sort(Comparator.comparingInt(lesson -> lesson.tokens().length));
        var batches = new ArrayList<Batch>();
        for (int from = 0; from < lessons.size(); from += batchSize) {
            batches.add(Batch.of(lessons.subList(from, from + batchSize)));
        }
        Collections.shuffle(batches, random);
        return batches;
    }
}
