package io.gkt.teacher.guidance;

import io.gkt.service.ApiException;
import io.gkt.service.ClientConnection;
import io.gkt.service.ShutdownGrace;
import io.gkt.teacher.batching.BatchListener;
import io.gkt.teacher.batching.BatchResult;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** Cancels requests whose clients have gone without a word, and those that a service that stops can't finish. */
@Component
final class Departures implements AutoCloseable {

    private static final long INTERVAL_MILLIS = 100;

    private final GuidanceBackend backend;
    private final ShutdownGrace grace;
    private final Map<Watched, String> underWay = new ConcurrentHashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread watcher = new Thread(task, "departures");
        watcher.setDaemon(true);
        return watcher;
    });

    Departures(GuidanceBackend backend, ShutdownGrace grace) {
        this.backend = backend;
        this.grace = grace;
        thread.scheduleWithFixedDelay(this::look, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        underWay.forEach((watched, id) -> {
            if (watched.connection.lost() || grace.isOver()) {
                backend.cancel(id);
            }
        });
    }

    /**
     * As {@link GuidanceBackend#submit}, and watches the client until the request has ended.
     *
     * @param connection to the client
     */
    void submit(GuidanceTask task, ClientConnection connection, BatchListener listener) {
        Watched watched = new Watched(connection, listener);
        underWay.put(watched, task.id());
        try {
            backend.submit(task, watched);
        } catch (RuntimeException e) {
            watched.end();
            throw e;
        }
    }

    private final class Watched implements BatchListener {

        private final ClientConnection connection;
        private final BatchListener listener;

        Watched(ClientConnection connection, BatchListener listener) {
            this.connection = connection;
            this.listener = listener;
        }

        private void end() {
            connection.over();
            underWay.remove(this);
        }

        @Override
        public void piece(String text) {
            listener.piece(text);
        }

        @Override
        public void finished(BatchResult result) {
            end();
            listener.finished(result);
        }

        @Override
        public void failed(ApiException error) {
            end();
            listener.failed(grace.isOver() ? ShutdownGrace.refusal() : error);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
