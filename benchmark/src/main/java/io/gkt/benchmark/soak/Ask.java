package io.gkt.benchmark.soak;

import io.gkt.protocol.GuidanceApi;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request, and what may become of it.
 *
 * @param path     of the endpoint; says which service is asked
 * @param body     of the request
 * @param key      who asks
 * @param deadline that the request brings; null if none
 * @param statuses that the response may have
 * @param words    what an answer must say; null if there is no telling
 * @param departure when the client stops waiting; null if it does not
 * @param callsOff whether it then calls the request off, instead of just going
 */
record Ask(
        String path,
        Map<String, Object> body,
        String key,
        Duration deadline,
        Set<Integer> statuses,
        Words words,
        Duration departure,
        boolean callsOff) {

    /** What an answer must say. */
    interface Words {

        /**
         * @param outcome what became of guidance
         * @return the whole text
         */
        String after(String outcome);
    }

    boolean ofTeacher() {
        return path.equals(GuidanceApi.PATH);
    }

    boolean streams() {
        return Boolean.TRUE.equals(body.get("stream"));
    }

    int choices() {
        return body.get("n") instanceof Integer n ? n : 1;
    }

    HttpRequest at(URI service) {
        HttpRequest.Builder request = HttpRequest.newBuilder(service.resolve(path))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + key)
                .POST(BodyPublishers.ofString(JsonMapper.shared().writeValueAsString(body)));
        if (deadline != null) {
            request.header(GuidanceApi.DEADLINE_HEADER, String.valueOf(deadline.toMillis()));
        }
        return request.build();
    }

    @Override
    public String toString() {
        return path + " " + JsonMapper.shared().writeValueAsString(body);
    }
}
