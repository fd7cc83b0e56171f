package io.gkt.inference.sampling;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;

/** Which tokens a sequence has had: in its prompt, and how often in its output. */
final class TokenHistory {

    private final Set<Integer> seen = new HashSet<>();
    private final Map<Integer, Integer> outputCounts = new HashMap<>();
    private int outputTokens;

    TokenHistory(int[] prompt) {
        for (int token : prompt) {
            seen.add(token);
        }
    }

    void append(int token) {
        seen.add(token);
        outputCounts.merge(token, 1, Integer::sum);
        outputTokens++;
    }

    int outputTokens() {
        return outputTokens;
    }

    void forEachSeen(IntConsumer action) {
        seen.forEach(action::accept);
    }

    void forEachOutput(BiConsumer<Integer, Integer> action) {
        outputCounts.forEach(action);
    }
}
