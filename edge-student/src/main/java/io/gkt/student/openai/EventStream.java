package io.gkt.student.openai;

import io.gkt.service.ApiException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/** Server-sent events, written as they come. An {@link IOException} says that the client has gone. */
final class EventStream {

    private final HttpServletResponse response;
    private final JsonMapper json;
    private OutputStream out;

    EventStream(HttpServletResponse response, JsonMapper json) {
        this.response = response;
        this.json = json;
    }

    /** Whether the status line is sent, so that errors must be events. */
    boolean begun() {
        return out != null;
    }

    void data(Object value) throws IOException {
        write("data: " + json.writeValueAsString(value) + "\n\n");
    }

    void heartbeat() throws IOException {
        write(": waiting\n\n");
    }

    void error(ApiException error) throws IOException {
        data(error.body());
    }

    void done() throws IOException {
        write("data: [DONE]\n\n");
    }

    private void write(String event) throws IOException {
        if (out == null) {
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            response.setCharacterEncoding(StandardCharsets.UTF_8.name());
            response.setHeader("Cache-Control", "no-cache");
            response.setHeader("X-Accel-Buffering", "no");
            out = response.getOutputStream();
        }
        out.write(event.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
