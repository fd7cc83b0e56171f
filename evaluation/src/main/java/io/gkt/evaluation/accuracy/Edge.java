package io.gkt.evaluation.accuracy;

import java.io.IOException;
import java.net.URI;
import java.util.Iterator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A running edge-student, asked over HTTP. */
final class Edge {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Service service;

    Edge(URI url) {
        this.service = new Service(url);
    }

    /**
     * Asks, greedily.
     *
     * @param prompt    what
     * @param maxTokens most tokens of the answer
     * @param guidance  who answers
     * @return the answer
     * @throws Service.RefusedException if the edge refuses or the answer breaks off; the message says why
     * @throws IOException              if the edge can't be reached
     */
    Answer ask(Prompt prompt, int maxTokens, GuidanceWish guidance) throws IOException, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (prompt.chat()) {
            body.putArray("messages").addObject().put("role", "user").put("content", prompt.text());
        } else {
            body.put("prompt", prompt.text());
        }
        body.put("temperature", 0).put("max_tokens", maxTokens).put("stream", true);
        body.putPOJO("stop", Prompt.STOP).putPOJO("guidance", guidance);
        body.putObject("stream_options").put("include_usage", true);
        long asked = System.nanoTime();
        return service.post(
                prompt.chat() ? "/v1/chat/completions" : "/v1/completions",
                JSON.writeValueAsString(body),
                lines -> read(lines.iterator(), asked, guidance.mode().equals(Mode.TEACHER.guidanceMode())));
    }

    /** The number of its model's weights; null if it does not say. */
    Long parameters() throws IOException, InterruptedException {
        return service.parameters();
    }

    private static Answer read(Iterator<String> lines, long asked, boolean teacherAlone) throws IOException {
        StringBuilder text = new StringBuilder();
        JsonNode ending = JsonNodeFactory.instance.missingNode();
        JsonNode usage = ending;
        double firstText = 0;
        while (lines.hasNext()) {
            String line = lines.next();
            if (!line.startsWith("data: ") || line.equals("data: [DONE]")) {
                continue;
            }
            JsonNode chunk = JSON.readTree(line.substring("data: ".length()));
            if (chunk.has("error")) {
                throw new Service.RefusedException("The answer broke off: "
                        + chunk.path("error").path("message").asString());
            }
            JsonNode choice = chunk.path("choices").path(0);
            String piece = choice.path("delta").path("content").asString("")
                    + choice.path("text").asString("");
            if (text.isEmpty() && !piece.isEmpty()) {
                firstText = millisSince(asked);
            }
            text.append(piece);
            ending = chunk.path("gkt").has("guidance") ? chunk : ending;
            usage = chunk.path("usage").isObject() ? chunk.path("usage") : usage;
        }
        if (ending.isMissingNode()) {
            throw new Service.RefusedException("The answer broke off before its end");
        }
        double total = millisSince(asked);
        int studentPrompt = teacherAlone ? 0 : usage.path("prompt_tokens").asInt(0);
        JsonNode report = ending.path("gkt").path("guidance");
        JsonNode teacher = report.path("teacher_usage");
        String guidance = report.path("text").asString("");
        int given = report.path("tokens").asInt(0);
        int decoded = usage.path("completion_tokens").asInt(0) - given;
        return new Answer(
                text.toString(),
                text.indexOf(guidance) == 0 ? guidance : "",
                report.path("outcome").asString(""),
                ending.path("choices").path(0).path("finish_reason").asString(""),
                teacher.path("prompt_tokens").asInt(0),
                teacher.path("completion_tokens").asInt(0),
                decoded > 0 ? studentPrompt + given : studentPrompt,
                decoded,
                text.isEmpty() ? total : firstText,
                total,
                ending.path("gkt").path("timings").path("guidance_ms").asDouble(0),
                report.path("bytes_up").asInt(0),
                report.path("bytes_down").asInt(0));
    }

    private static double millisSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) / 1e6;
    }
}
