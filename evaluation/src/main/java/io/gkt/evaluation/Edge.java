package io.gkt.evaluation;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Iterator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A running edge-student, asked over HTTP. */
final class Edge {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int LONGEST_ANSWER = 128;

    private final URI url;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    Edge(URI url) {
        this.url = url;
    }

    /**
     * Asks, greedily.
     *
     * @param question       what
     * @param mode           who answers: {@code auto}, {@code off} or {@code only}
     * @param guidanceTokens most tokens of guidance; null leaves it to the edge
     * @return the answer
     * @throws IOException if the edge can't be reached or refuses; the message says why
     */
    Answer ask(String question, String mode, Integer guidanceTokens) throws IOException, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putArray("messages").addObject().put("role", "user").put("content", question);
        body.put("temperature", 0).put("max_tokens", LONGEST_ANSWER).put("stream", true);
        body.putObject("stream_options").put("include_usage", true);
        ObjectNode guidance = body.putObject("guidance").put("mode", mode);
        if (guidanceTokens != null) {
            guidance.put("max_tokens", guidanceTokens);
        }
        HttpRequest request = HttpRequest.newBuilder(url.resolve("/v1/chat/completions"))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofMinutes(2))
                .POST(BodyPublishers.ofString(body.toString()))
                .build();
        long asked = System.nanoTime();
        HttpResponse<Stream<String>> response;
        try {
            response = http.send(request, BodyHandlers.ofLines());
        } catch (ConnectException e) {
            throw new IOException("Nothing listens at " + url + "; start the edge, for example with ./quickstart", e);
        }
        try (Stream<String> lines = response.body()) {
            if (response.statusCode() != 200) {
                throw new IOException(
                        url + " answered " + response.statusCode() + ": " + lines.collect(Collectors.joining("\n")));
            }
            return read(lines.iterator(), asked);
        }
    }

    private static Answer read(Iterator<String> lines, long asked) throws IOException {
        StringBuilder text = new StringBuilder();
        JsonNode report = JsonNodeFactory.instance.missingNode();
        int tokens = 0;
        long firstText = -1;
        while (lines.hasNext()) {
            String line = lines.next();
            if (!line.startsWith("data: ") || line.equals("data: [DONE]")) {
                continue;
            }
            JsonNode chunk = JSON.readTree(line.substring("data: ".length()));
            if (chunk.has("error")) {
                throw new IOException("The answer broke off: "
                        + chunk.path("error").path("message").asString());
            }
            text.append(
                    chunk.path("choices").path(0).path("delta").path("content").asString(""));
            if (firstText < 0 && !text.isEmpty()) {
                firstText = millisSince(asked);
            }
            report = chunk.path("gkt").has("guidance") ? chunk.path("gkt").path("guidance") : report;
            tokens = chunk.path("usage").path("completion_tokens").asInt(tokens);
        }
        if (report.isMissingNode()) {
            throw new IOException("The answer broke off before its end");
        }
        String guidance = report.path("text").asString("");
        return new Answer(
                text.toString(),
                text.indexOf(guidance) == 0 ? guidance : "",
                report.path("outcome").asString(""),
                report.path("teacher_usage").path("completion_tokens").asInt(0),
                tokens - report.path("tokens").asInt(0),
                firstText,
                millisSince(asked));
    }

    private static long millisSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) / 1_000_000;
    }
}
