package io.gkt.teacher.guidance;

import io.gkt.protocol.GuidanceApi;
import io.gkt.protocol.GuidanceResponse;
import io.gkt.service.ApiException;
import io.gkt.service.ClientConnection;
import io.gkt.teacher.batching.BatchListener;
import io.gkt.teacher.batching.BatchResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends an answer as server-sent events while it is made. Writing happens in order on threads of its own, so that a
 * client that reads slowly does not hold up the batch; one that is gone cancels its request. A failure before the
 * first event is an ordinary error response, a later one is the last event.
 */
final class GuidanceStream implements BatchListener {

    private interface Write {
        void run() throws IOException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(GuidanceStream.class);
    private static final MediaType TEXT = new MediaType("text", "plain", StandardCharsets.UTF_8);

    private final String id;
    private final String model;
    private final JsonMapper json;
    private final Executor writers;
    private final Consumer<String> cancel;
    private final ResponseBodyEmitter emitter = new ResponseBodyEmitter(0L);
    private final Queue<Write> unwritten = new ArrayDeque<>();
    private boolean writing;
    private boolean begun;

    GuidanceStream(
            String id,
            String model,
            ClientConnection connection,
            JsonMapper json,
            Executor writers,
            Consumer<String> cancel) {
        this.id = id;
        this.model = model;
        this.json = json;
        this.writers = writers;
        this.cancel = cancel;
        emitter.onCompletion(connection::over);
        emitter.onError(gone -> {
            connection.over();
            cancel.accept(id);
        });
    }

    ResponseBodyEmitter emitter() {
        return emitter;
    }

    @Override
    public void piece(String text) {
        write(() -> event(new GuidanceResponse(id, model, text, null, null, null)));
    }

    @Override
    public void finished(BatchResult result) {
        write(() -> {
            event(new GuidanceResponse(
                    id, model, "", result.finishReason().wireName(), result.usage(), result.timings()));
            send(GuidanceApi.STREAM_END);
            emitter.complete();
        });
    }

    @Override
    public void failed(ApiException error) {
        write(() -> {
            if (begun) {
                event(error.body());
                emitter.complete();
            } else {
                emitter.completeWithError(error);
            }
        });
    }

    private void event(Object data) throws IOException {
        begun = true;
        send(json.writeValueAsString(data));
    }

    private void send(String data) throws IOException {
        emitter.send("data: " + data + "\n\n", TEXT);
    }

    private void write(Write write) {
        synchronized (unwritten) {
            unwritten.add(write);
            if (writing) {
                return;
            }
            writing = true;
        }
        writers.execute(this::writeAll);
    }

    private void writeAll() {
        for (Write write = next(); write != null; write = next()) {
            try {
                write.run();
            } catch (IOException | IllegalStateException e) {
                LOG.debug("The client of {} is gone", id, e);
                cancel.accept(id);
            }
        }
    }

    private Write next() {
        synchronized (unwritten) {
            Write write = unwritten.poll();
            writing = write != null;
            return write;
        }
    }
}
