package io.gkt.benchmark.soak;

import java.util.EnumMap;
import java.util.Map;

/** How often requests had which fate. Thread-safe. */
final class Tally {

    private final Map<Fate, Integer> counts = new EnumMap<>(Fate.class);

    synchronized void add(Fate fate) {
        counts.merge(fate, 1, Integer::sum);
    }

    void addAll(Tally other) {
        for (Fate fate : Fate.values()) {
            int more = other.of(fate);
            synchronized (this) {
                counts.merge(fate, more, Integer::sum);
            }
        }
    }

    synchronized int of(Fate fate) {
        return counts.getOrDefault(fate, 0);
    }

    synchronized int all() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Percent of the answers for which the teacher was asked that it helped with. */
    double guidedPercent() {
        return 100.0 * of(Fate.GUIDED) / (of(Fate.GUIDED) + of(Fate.ALONE));
    }

    @Override
    public synchronized String toString() {
        return counts.toString();
    }
}
