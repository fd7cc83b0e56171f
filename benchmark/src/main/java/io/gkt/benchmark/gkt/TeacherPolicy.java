package io.gkt.benchmark.gkt;

/**
 * The teacher's settings of the same names, {@code gkt.teacher.*}.
 *
 * @param maxBatchSize    requests that run at once
 * @param maxBatchDelayMs longest time that an idle teacher waits for company
 * @param maxStepTokens   most new tokens of a step
 * @param queueCapacity   requests that may wait
 * @param prefixReuse     whether a prompt's beginning is not computed again that the request before in its slot had too
 * @param shedding        whether who can't be answered in time is turned away, as the teacher always does
 */
record TeacherPolicy(
        int maxBatchSize,
        double maxBatchDelayMs,
        int maxStepTokens,
        int queueCapacity,
        boolean prefixReuse,
        boolean shedding) {

    TeacherPolicy {
        if (maxBatchSize < 1 || maxStepTokens < maxBatchSize || queueCapacity < 1) {
            throw new IllegalArgumentException(
                    "batch size and queue must be at least 1, and step tokens at least the batch size");
        }
    }

    /** As the teacher is set by default. */
    static final TeacherPolicy DEFAULT = new TeacherPolicy(16, 0, 256, 256, true, true);

    TeacherPolicy withBatchSize(int size) {
        return new TeacherPolicy(
                size, maxBatchDelayMs, Math.max(size, maxStepTokens), queueCapacity, prefixReuse, shedding);
    }

    TeacherPolicy withPrefixReuse(boolean reuse) {
        return new TeacherPolicy(maxBatchSize, maxBatchDelayMs, maxStepTokens, queueCapacity, reuse, shedding);
    }

    TeacherPolicy withQueueCapacity(int capacity) {
        return new TeacherPolicy(maxBatchSize, maxBatchDelayMs, maxStepTokens, capacity, prefixReuse, shedding);
    }

    TeacherPolicy withShedding(boolean shed) {
        return new TeacherPolicy(maxBatchSize, maxBatchDelayMs, maxStepTokens, queueCapacity, prefixReuse, shed);
    }
}
