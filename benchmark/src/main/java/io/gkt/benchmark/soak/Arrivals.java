package io.gkt.benchmark.soak;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients who come and ask, each on a thread of its own. */
final class Arrivals implements AutoCloseable {

    private final Mix mix;
    private final Visits visits;
    private final ExecutorService clients = Executors.newCachedThreadPool(task -> {
        Thread client = new Thread(task, "client");
        client.setDaemon(true);
        return client;
    });
    private final AtomicInteger number = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();

    Arrivals(Mix mix, Visits visits) {
        this.mix = mix;
        this.visits = visits;
    }

    /**
     * Each client asks again once there is an answer (closed loop).
     *
     * @return requests a second
     */
    double measure(int users, Duration time) throws InterruptedException {
        long begin = System.nanoTime();
        Tally tally = new Tally();
        for (int user = 0; user < users; user++) {
            start(() -> {
                do {
                    tally.add(visits.visit(mix.ask(number.getAndIncrement())));
                } while (System.nanoTime() - begin < time.toNanos());
            });
        }
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
        double rate = tally.all() / ((System.nanoTime() - begin) / 1e9);
        awaitNone();
        return rate;
    }

    /**
     * Clients come at random times that don't depend on the answers (open loop, Poisson).
     *
     * @param rate  clients a second
     * @param time  how long
     * @param tally counts what becomes of them
     */
    void come(double rate, Random random, Duration time, Tally tally) throws InterruptedException {
        long begin = System.nanoTime();
        for (double due = gap(rate, random); due < time.toNanos(); due += gap(rate, random)) {
            TimeUnit.NANOSECONDS.sleep(begin + (long) due - System.nanoTime());
            start(() -> tally.add(visits.visit(mix.ask(number.getAndIncrement()))));
        }
        TimeUnit.NANOSECONDS.sleep(begin + time.toNanos() - System.nanoTime());
    }

    private static double gap(double rate, Random random) {
        return -Math.log(1 - random.nextDouble()) / rate * 1e9;
    }

    private interface Stay {
        void run() throws InterruptedException;
    }

    private void start(Stay stay) {
        underWay.incrementAndGet();
        clients.execute(() -> {
            try {
                stay.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                underWay.decrementAndGet();
            }
        });
    }

    /** Returns once the last client is done; each has its limit. */
    void awaitNone() throws InterruptedException {
        while (underWay.get() > 0) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    @Override
    public void close() {
        clients.shutdownNow();
    }
}
