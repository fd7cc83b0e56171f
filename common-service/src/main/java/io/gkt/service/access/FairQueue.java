package io.gkt.service.access;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A queue of a limited size in which callers take turns: one of each caller after the other, and of the same caller
 * first come, first served. Who fills it keeps nobody else out: when there is no room, the caller with most in it gives
 * up the newest. Not thread-safe.
 *
 * @param <T> what waits
 */
public final class FairQueue<T> {

    private final int capacity;
    /** By caller, in the order of their turns; none is empty. */
    private final Map<String, Deque<T>> turns = new LinkedHashMap<>();

    private int size;

    /** @param capacity most that wait, at least 0 */
    public FairQueue(int capacity) {
        this.capacity = capacity;
    }

    /**
     * Puts something at the end of its caller's.
     *
     * @param caller whose it is
     * @param item   what waits
     * @return what there is no room for, which may be the item itself; empty if there is room for all
     */
    public Optional<T> add(String caller, T item) {
        turns.computeIfAbsent(caller, name -> new ArrayDeque<>()).addLast(item);
        size++;
        if (size <= capacity) {
            return Optional.empty();
        }
        String greediest = caller;
        for (Map.Entry<String, Deque<T>> other : turns.entrySet()) {
            if (other.getValue().size() > turns.get(greediest).size()) {
                greediest = other.getKey();
            }
        }
        T newest = turns.get(greediest).removeLast();
        size--;
        forgetIfEmpty(greediest);
        return Optional.of(newest);
    }

    /** @return what has its turn; null if nothing waits */
    public T peek() {
        return turns.isEmpty() ? null : turns.values().iterator().next().peekFirst();
    }

    /**
     * @param caller who might add something
     * @return what would have its turn before that, in the order of the turns
     */
    public List<T> ahead(String caller) {
        Iterator<T> own = turns.getOrDefault(caller, new ArrayDeque<>()).iterator();
        List<Iterator<T>> turn = new ArrayList<>();
        for (Map.Entry<String, Deque<T>> other : turns.entrySet()) {
            turn.add(other.getKey().equals(caller) ? own : other.getValue().iterator());
        }
        if (!turns.containsKey(caller)) {
            turn.add(own);
        }
        List<T> ahead = new ArrayList<>();
        while (true) {
            List<Iterator<T>> next = new ArrayList<>();
            for (Iterator<T> items : turn) {
                if (items.hasNext()) {
                    ahead.add(items.next());
                    next.add(items);
                } else if (items == own) {
                    return ahead;
                }
            }
            turn = next;
        }
    }

    /** @return what has its turn, which is the queue's no longer; null if nothing waits */
    public T poll() {
        if (turns.isEmpty()) {
            return null;
        }
        Map.Entry<String, Deque<T>> next = turns.entrySet().iterator().next();
        turns.remove(next.getKey());
        T item = next.getValue().removeFirst();
        size--;
        if (!next.getValue().isEmpty()) {
            turns.put(next.getKey(), next.getValue());
        }
        return item;
    }

    /**
     * @param item what is not to wait any longer
     * @return whether it did
     */
    public boolean remove(T item) {
        return !removeIf(item::equals).isEmpty();
    }

    /**
     * @param unwanted which are not to wait any longer
     * @return those
     */
    public List<T> removeIf(Predicate<T> unwanted) {
        List<T> removed = new ArrayList<>();
        for (String caller : List.copyOf(turns.keySet())) {
            for (Iterator<T> items = turns.get(caller).iterator(); items.hasNext(); ) {
                T item = items.next();
                if (unwanted.test(item)) {
                    items.remove();
                    removed.add(item);
                }
            }
            forgetIfEmpty(caller);
        }
        size -= removed.size();
        return removed;
    }

    private void forgetIfEmpty(String caller) {
        if (turns.get(caller).isEmpty()) {
            turns.remove(caller);
        }
    }

    /** @return all that wait, caller by caller */
    public Stream<T> stream() {
        return turns.values().stream().flatMap(Deque::stream);
    }

    /** @return how many wait */
    public int size() {
        return size;
    }

    /** @return whether nothing waits */
    public boolean isEmpty() {
        return size == 0;
    }
}
