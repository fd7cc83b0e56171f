package io.gkt.fuzz;

import io.gkt.endtoend.Description;
import io.gkt.fuzz.Attempt.Expected;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is wrong with an answer. */
final class Judge {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** Clients learn nothing of the inside. */
    private static final Pattern INSIDE = Pattern.compile(
            "Exception|\\bat [\\w.$]+\\(|\\.java\\b|(io\\.gkt|org\\.|java\\.|jakarta\\.|tools\\.|com\\.)[\\w.]+[A-Z]\\w+"
                    + "|Constraints|\\w+\\(\\)|/tmp/|/home/|/work/|StreamRead");

    private static final Set<String> HEADERS = Set.of(
            "allow",
            "accept",
            "accept-patch",
            "accept-ranges",
            "cache-control",
            "connection",
            "content-disposition",
            "content-language",
            "content-length",
            "content-security-policy",
            "content-type",
            "date",
            "expires",
            "keep-alive",
            "last-modified",
            "location",
            "pragma",
            "referrer-policy",
            "retry-after",
            "retry-after-ms",
            "transfer-encoding",
            "vary",
            "www-authenticate",
            "x-accel-buffering",
            "x-content-type-options",
            "x-frame-options",
            "x-should-retry");

    /** Of what a schema can't say, what is wrong. */
    private static final Set<String> BEYOND_SCHEMAS = Set.of(
            "context_length_exceeded",
            "add_generation_prompt",
            "continue_final_message",
            "logit_bias",
            "messages",
            "min_tokens",
            "tokens");

    private Judge() {}

    /** @return empty if nothing is */
    static List<String> faults(Attempt attempt, Reply reply) {
        List<String> faults = new ArrayList<>();
        if (reply.status() == 0) {
            if (attempt.raw() == null) {
                faults.add("no answer");
            }
            return faults;
        }
        reply.headers().keySet().stream()
                .filter(name -> !HEADERS.contains(name))
                .forEach(name -> faults.add("has a header " + name));
        if (reply.status() >= 500) {
            failure(attempt, reply, faults);
        }
        if (attempt.expected() == Expected.REFUSED && (reply.status() < 400 || reply.status() >= 500)) {
            faults.add("is taken against the schema");
        }
        if (reply.status() >= 400) {
            error(attempt, reply, faults);
        }
        if (attempt.operation() != null) {
            described(attempt, reply, faults);
        }
        return faults;
    }

    private static void failure(Attempt attempt, Reply reply, List<String> faults) {
        boolean shed = reply.status() == 503 && reply.header("retry-after").isPresent();
        boolean late = reply.status() == 504 && attempt.what().equals("deadline");
        // Transfer codings and versions of HTTP that are not there: RFC 9112 6.1, RFC 9110 15.6.6.
        boolean http = attempt.raw() != null && (reply.status() == 501 || reply.status() == 505);
        if (!shed && !late && !http) {
            faults.add("fails with " + reply.status());
        }
    }

    private static void error(Attempt attempt, Reply reply, List<String> faults) {
        if (reply.status() == 429 && reply.header("retry-after").isEmpty()) {
            faults.add("429 without Retry-After");
        }
        if (attempt.raw() != null && reply.body().isEmpty()) {
            return;
        }
        if (INSIDE.matcher(reply.body()).find()) {
            faults.add("tells of the inside");
        }
        JsonNode error = json(reply.body()).path("error");
        boolean shaped = reply.contentType().equals("application/json")
                && !error.path("message").asString("").isBlank()
                && !error.path("type").asString("").isBlank()
                && error.has("param")
                && error.has("code");
        if (!shaped) {
            faults.add(reply.status() + " is not in OpenAI's shape");
        }
        if (attempt.expected() == Expected.TAKEN && !beyondSchemas(attempt, reply, error)) {
            faults.add("is refused though the schema allows it");
        }
    }

    private static boolean beyondSchemas(Attempt attempt, Reply reply, JsonNode error) {
        String param = error.path("param").asString("").replaceFirst("\\[.*", "");
        return switch (reply.status()) {
            case 400 ->
                BEYOND_SCHEMAS.contains(param)
                        || BEYOND_SCHEMAS.contains(error.path("code").asString(""));
            case 404 -> param.equals("model");
            case 429, 503 -> true;
            case 499 -> attempt.operation().path("responses").has("499");
            default -> false;
        };
    }

    private static void described(Attempt attempt, Reply reply, List<String> faults) {
        JsonNode response = attempt.operation().path("responses").path(String.valueOf(reply.status()));
        if (!response.isObject()) {
            faults.add(reply.status() + " is not in the description");
            return;
        }
        if (!response.has("content")) {
            return;
        }
        JsonNode schema = response.path("content").path(reply.contentType()).path("schema");
        if (!schema.isObject()) {
            faults.add("the content type " + reply.contentType() + " is not in the description");
            return;
        }
        response.path("headers").properties().stream()
                .filter(header -> reply.header(header.getKey()).isEmpty())
                .forEach(header -> faults.add("has no header " + header.getKey()));
        Description description = attempt.service().description();
        if (reply.contentType().equals("text/event-stream")) {
            events(description, schema, reply, faults);
        } else {
            check(description, schema, json(reply.body()), faults);
        }
    }

    private static void events(Description description, JsonNode schema, Reply reply, List<String> faults) {
        List<String> events = reply.body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length()))
                .toList();
        boolean ended = false;
        for (String event : events) {
            if (ended) {
                ended = event.equals("[DONE]");
                continue;
            }
            JsonNode data = event.equals("[DONE]") ? null : json(event);
            ended = data == null || data.has("error");
            if (data != null) {
                check(description, schema, data, faults);
                if (data.path("error").path("code").asString("").equals("internal_error")) {
                    faults.add("a stream ends in an internal error");
                }
            }
        }
        if (!ended) {
            faults.add("a stream has no end");
        }
    }

    private static void check(Description description, JsonNode schema, JsonNode value, List<String> faults) {
        String contradictions = description.faults(schema, value);
        if (!contradictions.isEmpty()) {
            faults.add(
                    "is not as described: " + contradictions.lines().findFirst().orElseThrow());
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            return JSON.missingNode();
        }
    }
}
