package io.gkt.teacher.guidance;

import io.gkt.service.ClientConnection;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Opens streams and has the threads that write them: as many as there are clients being written to. */
@Component
final class GuidanceStreams implements AutoCloseable {

    private final JsonMapper json;
    private final GuidanceBackend backend;
    private final ExecutorService writers = Executors.newCachedThreadPool(task -> {
        Thread writer = new Thread(task, "stream-writer");
        writer.setDaemon(true);
        return writer;
    });

    GuidanceStreams(JsonMapper json, GuidanceBackend backend) {
        this.json = json;
        this.backend = backend;
    }

    GuidanceStream open(String id, String model, ClientConnection connection) {
        return new GuidanceStream(id, model, connection, json, writers, backend::cancel);
    }

    @Override
    public void close() {
        writers.shutdown();
    }
}
