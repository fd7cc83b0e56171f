package io.gkt.inference.sampling;

import java.util.Arrays;

/** Tokens to choose from, with their probabilities up to a common factor. */
record Candidates(int[] tokens, double[] weights) {

    /** Nats below the best logit within which the likeliest are looked for first: there is nearly all probability. */
    private static final double FIRST_MARGIN = 8;

    /**
     * The tokens that min-p, top-k and top-p leave, applied in this order.
     *
     * <p>Sorting a large vocabulary would cost more than many a decode step, so that only tokens near the best logit
     * are sorted, within a margin that grows until it holds enough of them.
     *
     * @throws IllegalStateException if a logit is not a number, or all are minus infinity
     */
    static Candidates of(float[] logits, double temperature, double minP, int topK, double topP) {
        double best = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            if (Float.isNaN(logit)) {
                throw new IllegalStateException("the model gave logits that are not numbers");
            }
            best = Math.max(best, logit);
        }
        if (best == Double.NEGATIVE_INFINITY) {
            throw new IllegalStateException("no token can be chosen: all are excluded");
        }
        double largestMargin = minP > 0 ? -Math.log(minP) : Double.POSITIVE_INFINITY;
        if (topK <= 0 && topP >= 1) {
            return weigh(near(logits, best, largestMargin * temperature), logits, best, temperature);
        }
        int finite = finite(logits);
        for (double margin = Math.min(FIRST_MARGIN, largestMargin); ; margin = Math.min(4 * margin, largestMargin)) {
            long[] near = near(logits, best, margin * temperature);
            Arrays.sort(near);
            Candidates found = weigh(near, logits, best, temperature);
            if (margin >= largestMargin || near.length == finite) {
                return found.first(topK > 0 ? topK : near.length).share(topP);
            }
            if (topK > 0 && near.length >= topK) {
                return found.first(topK).share(topP);
            }
            double needed = topP * mass(logits, best, temperature, largestMargin);
            if (topK <= 0 && found.mass() >= needed) {
                return found.untilMass(needed);
            }
        }
    }

    private static Candidates weigh(long[] keys, float[] logits, double best, double temperature) {
        Candidates candidates = new Candidates(new int[keys.length], new double[keys.length]);
        for (int i = 0; i < keys.length; i++) {
            candidates.tokens[i] = (int) keys[i];
            candidates.weights[i] = Math.exp((logits[candidates.tokens[i]] - best) / temperature);
        }
        return candidates;
    }

    private static int finite(float[] logits) {
        int count = 0;
        for (float logit : logits) {
            count += logit > Float.NEGATIVE_INFINITY ? 1 : 0;
        }
        return count;
    }

    private static double mass(float[] logits, double best, double temperature, double largestMargin) {
        double mass = 0;
        for (float logit : logits) {
            if (best - logit <= largestMargin * temperature) {
                mass += Math.exp((logit - best) / temperature);
            }
        }
        return mass;
    }

    /** Token ids within a distance of the best logit; sorted, these keys run from the likeliest, ties from the lowest id. */
    private static long[] near(float[] logits, double best, double distance) {
        long[] keys = new long[64];
        int count = 0;
        for (int id = 0; id < logits.length; id++) {
            if (best - logits[id] <= distance && logits[id] > Float.NEGATIVE_INFINITY) {
                if (count == keys.length) {
                    keys = Arrays.copyOf(keys, 2 * count);
                }
                int bits = Float.floatToIntBits(logits[id] + 0f);
                int rising = bits >= 0 ? bits : bits ^ 0x7fffffff;
                keys[count++] = (long) ~rising << 32 | id;
            }
        }
        return Arrays.copyOf(keys, count);
    }

    private Candidates first(int count) {
        return count >= tokens.length
                ? this
                : new Candidates(Arrays.copyOf(tokens, count), Arrays.copyOf(weights, count));
    }

    private double mass() {
        double mass = 0;
        for (double weight : weights) {
            mass += weight;
        }
        return mass;
    }

    private Candidates share(double topP) {
        return topP >= 1 ? this : untilMass(topP * mass());
    }

    /** The first whose probabilities together reach {@code needed}, at least one. */
    private Candidates untilMass(double needed) {
        double mass = 0;
        for (int i = 0; i < tokens.length; i++) {
            mass += weights[i];
            if (mass >= needed) {
                return first(i + 1);
            }
        }
        return this;
    }

    /** The token at which the running share of probability exceeds {@code uniform}, from [0, 1). */
    int pick(double uniform) {
        double target = uniform * mass();
        for (int i = 0; i < tokens.length - 1; i++) {
            target -= weights[i];
            if (target < 0) {
                return tokens[i];
            }
        }
        return tokens[tokens.length - 1];
    }
}
