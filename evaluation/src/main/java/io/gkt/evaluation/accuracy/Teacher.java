package io.gkt.evaluation.accuracy;

import io.gkt.protocol.GuidanceApi;
import io.gkt.protocol.GuidanceRequest;
import io.gkt.protocol.GuidanceResponse;
import io.gkt.protocol.Message;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** A running cloud-teacher, asked as an edge asks it. */
final class Teacher {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Service service;

    Teacher(URI url) {
        this.service = new Service(url);
    }

    /**
     * What the teacher said.
     *
     * @param response  it
     * @param totalMs   milliseconds from the request to its end
     * @param bytesUp   size of the request's body
     * @param bytesDown size of the response's body
     */
    record Reply(GuidanceResponse response, double totalMs, int bytesUp, int bytesDown) {}

    /**
     * Asks for the first tokens of an answer, greedily.
     *
     * @param id        names the request
     * @param prompt    what to answer
     * @param maxTokens most tokens
     * @throws Service.RefusedException if the teacher refuses
     * @throws IOException              if it can't be reached
     */
    Reply ask(String id, Prompt prompt, int maxTokens) throws IOException, InterruptedException {
        String request = JSON.writeValueAsString(new GuidanceRequest(
                id,
                null,
                prompt.chat() ? List.of(new Message("user", prompt.text())) : null,
                null,
                prompt.chat() ? null : prompt.text(),
                maxTokens,
                Prompt.STOP,
                null,
                null));
        long asked = System.nanoTime();
        String response = service.post(GuidanceApi.PATH, request, lines -> lines.collect(Collectors.joining("\n")));
        return new Reply(
                JSON.readValue(response, GuidanceResponse.class),
                (System.nanoTime() - asked) / 1e6,
                utf8Length(request),
                utf8Length(response));
    }

    /** The number of its model's weights; null if it does not say. */
    Long parameters() throws IOException, InterruptedException {
        return service.parameters();
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
