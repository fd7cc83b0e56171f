package io.gkt.benchmark.gkt;

import io.gkt.benchmark.engine.DecoderEngine;
import io.gkt.benchmark.gkt.MeasuredStep.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The sequences in an engine's cache, whose lengths are what steps are timed for. What they say does not matter. */
final class Sequences {

    private static final int TOKEN = 7;
    private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(4);
    private static final int MOST_ROUNDS = 51;

    private final DecoderEngine engine;
    private final int[] lengths;

    Sequences(DecoderEngine engine, int count) {
        this.engine = engine;
        this.lengths = new int[count];
    }

    /**
     * Times steps in turn, so that a slow second of the machine does not fall on one kind alone.
     *
     * @param kinds  of steps, of sequences of equal length
     * @param rounds turns that count at least, after one to warm up; short ones are repeated for some seconds
     */
    List<MeasuredStep> time(List<Kind> kinds, int rounds) {
        Map<Kind, List<Double>> times = new LinkedHashMap<>();
        long begin = 0;
        for (int round = 0;
                round <= rounds || round < MOST_ROUNDS && System.nanoTime() - begin < LEAST_NANOS;
                round++) {
            if (round == 1) {
                begin = System.nanoTime();
            }
            for (Kind kind : kinds) {
                fill(kind.sequences(), kind.held());
                int[][] tokens = new int[kind.sequences()][];
                for (int i = 0; i < tokens.length; i++) {
                    tokens[i] = tokens(i < kind.rows() ? 1 : kind.tokens());
                }
                long start = System.nanoTime();
                step(tokens);
                double ms = (System.nanoTime() - start) / 1e6;
                if (round > 0) {
                    times.computeIfAbsent(kind, none -> new ArrayList<>()).add(ms);
                }
            }
        }
        return times.entrySet().stream()
                .map(entry -> new MeasuredStep(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** Gives the first sequences that length, be they longer or shorter. */
    private void fill(int count, int length) {
        for (int i = 0; i < count; i++) {
            if (lengths[i] > length) {
                engine.truncate(i, length);
                lengths[i] = length;
            }
            if (lengths[i] < length) {
                engine.append(i, tokens(length - lengths[i]));
                lengths[i] = length;
            }
        }
    }

    private void step(int[][] tokens) {
        engine.step(tokens);
        for (int i = 0; i < tokens.length; i++) {
            lengths[i] += tokens[i].length;
        }
    }

    private static int[] tokens(int count) {
        int[] tokens = new int[count];
        Arrays.fill(tokens, TOKEN);
        return tokens;
    }
}
