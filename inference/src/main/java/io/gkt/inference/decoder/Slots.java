package io.gkt.inference.decoder;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The slots of a KV cache, free ones to be acquired. Thread-safe. */
public final class Slots {

    private final int count;
    private final List<Slot> free;
    private long clock;

    Slots(int count, int contextLength) {
        this.count = count;
        this.free = new ArrayList<>(IntStream.range(0, count)
                .mapToObj(index -> new Slot(index, contextLength))
                .toList());
    }

    /** @return free and acquired slots together */
    public int count() {
        return count;
    }

    /** @return slots that can be acquired now */
    public synchronized int available() {
        return free.size();
    }

    /**
     * Takes the free slot that holds the longest beginning of a prompt; among equals, the one unused for longest.
     * What it holds beyond that beginning is forgotten, and so is the prompt's last token, whose logits are yet to
     * be computed.
     *
     * @param prompt token ids, at least one
     * @return the slot, its {@link Slot#length()} being the number of tokens that need no prefill; empty if none is
     *     free
     */
    public synchronized Optional<Slot> acquire(int[] prompt) {
        Optional<Slot> best = free.stream()
                .max(Comparator.comparingInt((Slot slot) -> slot.commonPrefix(prompt))
                        .thenComparing(
                                Comparator.comparingLong(Slot::releasedAt).reversed()));
        best.ifPresent(slot -> {
            free.remove(slot);
            slot.truncate(Math.min(slot.commonPrefix(prompt), prompt.length - 1));
        });
        return best;
    }

    /**
     * Gives a slot back. No step may be using it any more.
     *
     * @param slot acquired before and not released since
     */
    public synchronized void release(Slot slot) {
        slot.released(++clock);
        free.add(slot);
    }
}
