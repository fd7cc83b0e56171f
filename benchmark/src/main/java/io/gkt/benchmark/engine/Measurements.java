package io.gkt.benchmark.engine;

import io.gkt.inference.decoder.Precision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run has measured so far: tokens a second of each alternative at each workload, one figure a round.
 *
 * @param tokensPerSecond by the names of alternatives and workloads
 * @param logitErrors     relative error of each alternative's logits, the reference being the first one's
 * @param reference       those logits, once they are there
 * @param rooflines       one a round
 */
record Measurements(
        Map<String, Map<String, List<Double>>> tokensPerSecond,
        Map<String, Double> logitErrors,
        List<float[]> reference,
        List<Roofline> rooflines) {

    static Measurements none() {
        return new Measurements(new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
    }

    void add(String alternative, Workload workload, double rate) {
        tokensPerSecond
                .computeIfAbsent(alternative, key -> new LinkedHashMap<>())
                .computeIfAbsent(workload.name(), key -> new ArrayList<>())
                .add(rate);
    }

    /** Compares an alternative's logits with the first one's. */
    void addLogits(String alternative, float[] logits) {
        if (reference.isEmpty()) {
            reference.add(logits);
        }
        logitErrors.put(alternative, LogitError.relative(logits, reference.get(0)));
    }

    boolean has(String alternative) {
        return tokensPerSecond.containsKey(alternative);
    }

    List<Double> rates(String alternative, Workload workload) {
        return tokensPerSecond.get(alternative).get(workload.name());
    }

    /** @return the machine's bandwidth, in bytes a second: the median of the rounds' medians, lowest and highest try */
    Spread bandwidth() {
        List<Spread> rounds = rooflines.stream().map(Roofline::bytesPerSecond).toList();
        return new Spread(
                Spread.of(rounds.stream().map(Spread::median).toList()).median(),
                Spread.of(rounds.stream().map(Spread::low).toList()).low(),
                Spread.of(rounds.stream().map(Spread::high).toList()).high());
    }

    /** @return the machine's median speed in the arithmetic of a precision, in operations a second */
    double operations(Precision precision) {
        return Spread.of(rooflines.stream()
                        .map(roofline -> roofline.operationsPerSecond().get(precision))
                        .toList())
                .median();
    }
}
