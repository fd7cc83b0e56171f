package io.gkt.inference.decoder;

import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/** Says every few seconds how far a long load is. */
final class LoadProgress {

    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final long total;
    private final IntConsumer percent;
    private long done;
    private long reported = System.nanoTime();

    /**
     * @param total   weights to load
     * @param percent is told how many hundredths are loaded
     */
    LoadProgress(long total, IntConsumer percent) {
        this.total = total;
        this.percent = percent;
    }

    void add(long weights) {
        done += weights;
        long now = System.nanoTime();
        if (now - reported > INTERVAL_NANOS) {
            reported = now;
            percent.accept((int) (100 * done / total));
        }
    }
}
