package io.gkt.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** A run: many requests, of which some are under way at any time, and what was wrong with their answers. */
final class Fuzz {

    private static final int USERS = 8;
    private static final int PROGRESS = 5_000;
    /** Of each kind; more tell nothing new. */
    private static final int EXAMPLES = 3;

    private static final Path DIRECTORY = Path.of("target", "fuzz");

    private final Attempts attempts;
    private final Sender sender = new Sender();
    private final Map<String, AtomicLong> statuses = new ConcurrentHashMap<>();
    private final Map<String, List<String>> findings = new ConcurrentHashMap<>();

    Fuzz(Attempts attempts) {
        this.attempts = attempts;
    }

    /** Sends those numbers. */
    void run(int from, int to) {
        AtomicInteger next = new AtomicInteger(from);
        ExecutorService users = Executors.newFixedThreadPool(USERS);
        try {
            CompletableFuture.allOf(IntStream.range(0, USERS)
                            .mapToObj(user -> CompletableFuture.runAsync(
                                    () -> {
                                        for (int i = next.getAndIncrement(); i < to; i = next.getAndIncrement()) {
                                            tell(i);
                                            send(attempts.of(i));
                                        }
                                    },
                                    users))
                            .toArray(CompletableFuture[]::new))
                    .join();
        } finally {
            users.shutdownNow();
        }
    }

    private void tell(int number) {
        if (number > 0 && number % PROGRESS == 0) {
            System.out.println(number + " requests: " + statuses());
        }
    }

    private void send(Attempt attempt) {
        try {
            Reply reply = sender.send(attempt);
            statuses.computeIfAbsent(
                            reply.status() == 0 ? "none" : String.valueOf(reply.status()), s -> new AtomicLong())
                    .incrementAndGet();
            Judge.faults(attempt, reply).forEach(fault -> add(fault, attempt, reply.status() + " " + reply.body()));
        } catch (IOException e) {
            add("no end: " + e.getClass().getSimpleName(), attempt, e.getMessage());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void add(String fault, Attempt attempt, String answer) {
        List<String> same = findings.computeIfAbsent(fault, key -> new ArrayList<>());
        synchronized (same) {
            same.add(
                    same.size() >= EXAMPLES
                            ? ""
                            : "  #%d %s, %s\n    sent: %s\n    got: %s\n    %s\n"
                                    .formatted(
                                            attempt.number(),
                                            attempt.service().name(),
                                            attempt.what(),
                                            attempt.excerpt(),
                                            answer == null || answer.length() <= 600
                                                    ? answer
                                                    : answer.substring(0, 600) + "...",
                                            attempt.reproduction(DIRECTORY)));
        }
    }

    /** Responses by status; {@code none} where the client left, or the connection was closed without one. */
    Map<String, AtomicLong> statuses() {
        return new TreeMap<>(statuses);
    }

    /** What was found, with ways to see it again; empty if nothing was. */
    String findings() {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(findings)
                .forEach((fault, examples) ->
                        text.append(examples.size() + " x " + fault + "\n" + String.join("", examples)));
        return text.toString();
    }
}
