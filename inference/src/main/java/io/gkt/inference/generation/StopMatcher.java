package io.gkt.inference.generation;

import java.util.List;

/**
 * Passes text on up to the first stop sequence. Text that may turn out to begin one is held back until that is
 * decided. Not thread-safe.
 */
public final class StopMatcher {

    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean matched;

    /**
     * @param stops texts at which output ends; none is empty
     */
    public StopMatcher(List<String> stops) {
        if (stops.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("a stop sequence can't be empty");
        }
        this.stops = List.copyOf(stops);
    }

    /** @return texts at which output ends */
    public List<String> stops() {
        return stops;
    }

    /**
     * Takes the next piece of output.
     *
     * @param text the piece
     * @return what is certain to come before any stop sequence
     */
    public String push(String text) {
        if (matched) {
            return "";
        }
        held.append(text);
        int stop = stops.stream()
                .mapToInt(held::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(-1);
        if (stop >= 0) {
            matched = true;
            String before = held.substring(0, stop);
            held.setLength(0);
            return before;
        }
        return release(held.length() - longestBeginning());
    }

    /** @return whether a stop sequence has appeared */
    public boolean matched() {
        return matched;
    }

    /** @return what was held back, the output being complete without a stop sequence */
    public String finish() {
        return release(held.length());
    }

    private String release(int length) {
        String text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }

    /** Length of the longest end of the held text with which a stop sequence begins. */
    private int longestBeginning() {
        int longest = stops.stream().mapToInt(String::length).max().orElse(1) - 1;
        for (int length = Math.min(longest, held.length()); length > 0; length--) {
            String end = held.substring(held.length() - length);
            if (stops.stream().anyMatch(stop -> stop.startsWith(end))) {
                return length;
            }
        }
        return 0;
    }
}
