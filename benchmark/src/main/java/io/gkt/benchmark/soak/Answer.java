package io.gkt.benchmark.soak;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a response of status 200 says.
 *
 * @param texts   of each choice
 * @param ends    finish reason of each choice; null if it has none
 * @param outcome what became of guidance; empty if the response says nothing of it
 * @param error   that ended a stream; null if none did
 * @param ended   whether it ended as streams do; whole answers always do
 */
record Answer(List<String> texts, List<String> ends, String outcome, JsonNode error, boolean ended) {

    private static final String DATA = "data: ";
    private static final String DONE = "[DONE]";

    static Answer whole(String body, int choices) {
        return of(Stream.of(body), choices, true);
    }

    static Answer stream(String body, int choices) {
        List<String> data = body.lines()
                .filter(line -> line.startsWith(DATA))
                .map(line -> line.substring(DATA.length()))
                .toList();
        boolean ended = !data.isEmpty() && data.get(data.size() - 1).equals(DONE);
        return of(data.stream().filter(each -> !each.equals(DONE)), choices, ended);
    }

    /** Reads either service's objects, whole ones and pieces. */
    private static Answer of(Stream<String> objects, int choices, boolean ended) {
        StringBuilder[] texts =
                IntStream.range(0, choices).mapToObj(i -> new StringBuilder()).toArray(StringBuilder[]::new);
        String[] ends = new String[choices];
        String outcome = "";
        JsonNode error = null;
        for (JsonNode object : objects.map(Answer::parse).toList()) {
            error = object.has("error") ? object.path("error") : error;
            outcome = object.path("gkt").path("guidance").path("outcome").asString(outcome);
            List<JsonNode> parts = new ArrayList<>();
            (object.has("choices") ? object.path("choices") : List.of(object)).forEach(parts::add);
            for (JsonNode part : parts) {
                int index = part.path("index").asInt(0);
                texts[index]
                        .append(part.path("text").asString(""))
                        .append(part.path("delta").path("content").asString(""))
                        .append(part.path("message").path("content").asString(""));
                ends[index] = part.path("finish_reason").asString(ends[index]);
            }
        }
        return new Answer(
                Arrays.stream(texts).map(StringBuilder::toString).toList(), Arrays.asList(ends), outcome, error, ended);
    }

    private static JsonNode parse(String json) {
        try {
            return JsonMapper.shared().readTree(json);
        } catch (JacksonException e) {
            throw new BrokenPromise("an answer that is no JSON: " + json);
        }
    }

    boolean guided() {
        return outcome.equals("used") || outcome.equals("complete");
    }

    boolean alone() {
        return outcome.startsWith("fallback_");
    }
}
