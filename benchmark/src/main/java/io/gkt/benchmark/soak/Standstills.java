package io.gkt.benchmark.soak;

import java.util.concurrent.TimeUnit;

/** Times when this process did not run, because the machine was too busy with others. */
final class Standstills implements AutoCloseable {

    private static final long BEAT_MILLIS = 200;
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Thread heart = new Thread(this::beat, "standstills");
    private volatile long last;
    private volatile int count;

    Standstills() {
        last = System.nanoTime();
        heart.setDaemon(true);
        heart.start();
    }

    private void beat() {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(BEAT_MILLIS);
                if (standing()) {
                    count++;
                }
                last = System.nanoTime();
            }
        } catch (InterruptedException e) {
            // It is over.
        }
    }

    private boolean standing() {
        return System.nanoTime() - last > LONG_NANOS;
    }

    /** How many there were, with the one that is. */
    int count() {
        return count + (standing() ? 1 : 0);
    }

    @Override
    public void close() {
        heart.interrupt();
    }
}
