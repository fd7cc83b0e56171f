package io.gkt.endtoend;

import static io.gkt.endtoend.Api.CHAT;
import static io.gkt.endtoend.Api.GUIDANCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The services do what their OpenAPI descriptions say. */
@Timeout(180)
class DescriptionIT {

    private static final String COMPLETIONS = "/v1/completions";
    private static final JsonMapper JSON = JsonMapper.shared();

    private static ServiceProcess teacher;
    private static ServiceProcess edge;
    private static Description ofEdge;
    private static Description ofTeacher;

    @BeforeAll
    static void start() throws Exception {
        teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT);
        edge = ServiceProcess.edge(teacher.url());
        ofEdge = Description.of(edge.api());
        ofTeacher = Description.of(teacher.api());
    }

    @AfterAll
    static void stop() throws Exception {
        if (edge != null) {
            edge.close();
        }
        if (teacher != null) {
            teacher.close();
        }
    }

    private static HttpResponse<String> post(String path, JsonNode body) throws Exception {
        ServiceProcess service = path.equals(GUIDANCE) ? teacher : edge;
        return service.api().send(service.api().post(path, body.toString()));
    }

    /** The smallest body that a path takes, and {@code fields} with single quotes. */
    private static ObjectNode body(String path, String fields) {
        String least = switch (path) {
            case CHAT -> "'messages': [{'role': 'user', 'content': '1 + 1?'}], 'max_tokens': 3";
            case COMPLETIONS -> "'prompt': 'Tom has', 'max_tokens': 3";
            default -> "'id': 'described', 'prompt': 'Tom has', 'max_tokens': 3";
        };
        ObjectNode body = (ObjectNode) JSON.readTree(("{" + least + "}").replace('\'', '"'));
        body.setAll((ObjectNode) JSON.readTree(("{" + fields + "}").replace('\'', '"')));
        return body;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                CHAT + "        | ",
                CHAT + "        | 'n': 2, 'logprobs': true, 'top_logprobs': 2",
                CHAT + "        | 'stream': true, 'stream_options': {'include_usage': true}, 'logprobs': true",
                CHAT + "        | 'guidance': {'mode': 'off'}, 'stream': true",
                CHAT + "        | 'guidance': {'mode': 'only'}, 'stop': '.'",
                CHAT + "        | 'guidance': {'text': 'We need', 'complete': true}",
                CHAT + "        | 'guidance': null, 'seed': null, 'stop': null, 'logit_bias': {'5': -100}",
                CHAT + "        | 'tool_choice': 'none', 'response_format': {'type': 'text'}, 'modalities': ['text']",
                COMPLETIONS + " | 'best_of': 1, 'echo': false, 'suffix': '', 'grammar': null, 'bad_words': []",
                COMPLETIONS + " | 'logprobs': 2",
                COMPLETIONS + " | 'prompt': ['Tom has'], 'stop': ['.', ';']",
                COMPLETIONS + " | 'stream': true, 'logprobs': 1",
                GUIDANCE + "    | ",
                GUIDANCE + "    | 'prompt': null, 'messages': [{'role': 'user', 'content': '1 + 1?'}], 'stream': true"
            })
    void whatTheyAcceptAndAnswerIsDescribed(String path, String fields) throws Exception {
        Description description = path.equals(GUIDANCE) ? ofTeacher : ofEdge;
        ObjectNode request = body(path, fields == null ? "" : fields);

        HttpResponse<String> response = post(path, request);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(description.faults(description.requestSchema("post", path), request))
                .isEmpty();
        description.assertDescribed("post", path, response);
    }

    /** Rules between fields, and values of fields that may ask for nothing only. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                CHAT + "        | top_logprobs           | 'top_logprobs': 2",
                CHAT + "        | stream_options         | 'stream_options': {}",
                COMPLETIONS + " | stream_options         | 'stream_options': {}, 'stream': false",
                CHAT + "        | n                      | 'n': 2, 'guidance': {'mode': 'only'}",
                CHAT + "        | guidance.text          | 'guidance': {'mode': 'off', 'text': 'a'}",
                COMPLETIONS + " | guidance.complete      | 'guidance': {'complete': true}",
                CHAT
                        + "        | continue_final_message | 'continue_final_message': true, 'add_generation_prompt': true",
                CHAT
                        + "        | add_generation_prompt  | 'continue_final_message': false, 'add_generation_prompt': false",
                CHAT + "        | messages[0].content    | 'messages': [{'role': 'user'}]",
                CHAT + "        | messages[0].content    | 'messages': [{'role': 'assistant', 'tool_calls': []}]",
                CHAT
                        + "        | messages[0].tool_calls | 'messages': [{'role': 'user', 'content': 'a', 'tool_calls': [1]}]",
                CHAT
                        + "        | messages[0].content    | 'messages': [{'role': 'user', 'content': [{'type': 'refusal', 'refusal': 'no'}]}]",
                CHAT + "        | tool_choice            | 'tool_choice': 'required'",
                CHAT + "        | response_format        | 'response_format': {'type': 'json_object'}",
                CHAT + "        | modalities             | 'modalities': ['text', 'audio']",
                COMPLETIONS + " | best_of                | 'best_of': 2",
                COMPLETIONS + " | echo                   | 'echo': true",
                GUIDANCE + "    | messages               | 'messages': [{'role': 'user', 'content': 'a'}]",
                GUIDANCE + "    | messages               | 'prompt': null"
            })
    void whatMustNotBeSaidTogetherIsDescribed(String path, String param, String fields) throws Exception {
        Description description = path.equals(GUIDANCE) ? ofTeacher : ofEdge;
        ObjectNode request = body(path, fields);

        HttpResponse<String> refused = post(path, request);

        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
        assertThat(Api.error(refused).path("param").asString("")).startsWith(param);
        assertThat(description.faults(description.requestSchema("post", path), request))
                .isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {CHAT, COMPLETIONS})
    void wholeAnswersAndChunksAreDescribedApart(String path) throws Exception {
        JsonNode content = ofEdge.operation("post", path).at("/responses/200/content");
        JsonNode ofWhole = content.path("application/json").path("schema");
        JsonNode ofChunk = content.path("text/event-stream").path("schema");
        JsonNode whole = Api.success(post(path, body(path, "")));
        JsonNode chunk = Api.events(post(path, body(path, "'stream': true"))).get(0);

        assertThat(ofEdge.faults(ofWhole, whole)).isEmpty();
        assertThat(ofEdge.faults(ofChunk, chunk)).isEmpty();
        assertThat(ofEdge.faults(ofWhole, chunk)).isNotEmpty();
        if (path.equals(CHAT)) {
            assertThat(ofEdge.faults(ofChunk, whole)).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {CHAT, COMPLETIONS, GUIDANCE})
    void errorsAreDescribed(String path) throws Exception {
        Description description = path.equals(GUIDANCE) ? ofTeacher : ofEdge;
        for (String fields : new String[] {"'temperature': 3", "'model': 'gpt-4'"}) {
            HttpResponse<String> response = post(path, body(path, fields));
            assertThat(response.statusCode()).isBetween(400, 404);
            description.assertDescribed("post", path, response);
        }
    }

    @Test
    void aTeacherThatIsAwayIsDescribed() throws Exception {
        try (ServiceProcess alone = ServiceProcess.edge(java.net.URI.create("http://127.0.0.1:1"))) {
            HttpResponse<String> response = alone.api()
                    .send(alone.api()
                            .post(
                                    CHAT,
                                    body(CHAT, "'guidance': {'mode': 'only'}").toString()));

            assertThat(response.statusCode()).isEqualTo(503);
            ofEdge.assertDescribed("post", CHAT, response);
        }
    }

    @Test
    void modelsAreDescribed() throws Exception {
        for (ServiceProcess service : new ServiceProcess[] {edge, teacher}) {
            Description description = Description.of(service.api());
            description.assertDescribed("get", "/v1/models", service.api().get("/v1/models"));
            description.assertDescribed("get", "/v1/models/{id}", service.api().get("/v1/models/gpt-4"));
        }
    }

    @Test
    void withKeysTheDescriptionNeedsOneAndSaysSo() throws Exception {
        String key = "sk-described-0123456789";
        String hash = java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(key.getBytes()));
        try (ServiceProcess closed = ServiceProcess.edge(teacher.url(), "--gkt.access.keys.one.sha256=" + hash)) {
            HttpResponse<String> refused = closed.api().get("/v3/api-docs");
            assertThat(refused.statusCode()).isEqualTo(401);
            HttpResponse<String> let = java.net.http.HttpClient.newHttpClient()
                    .send(
                            java.net.http.HttpRequest.newBuilder(java.net.URI.create(closed.url() + "/v3/api-docs"))
                                    .header("Authorization", "Bearer " + key)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            Description description = new Description(Api.success(let));
            assertThat(description.document().path("security").toString()).contains("apiKey");
            description.assertDescribed("get", "/v1/models", closed.api().get("/v1/models"));
        }
        assertThat(ofEdge.document().has("security")).isFalse();
    }

    /** Numbers at the ends of their ranges are taken, those one step beyond are refused by name. */
    @ParameterizedTest
    @ValueSource(strings = {CHAT, COMPLETIONS, GUIDANCE})
    void rangesAreHeld(String path) throws Exception {
        Description description = path.equals(GUIDANCE) ? ofTeacher : ofEdge;
        JsonNode schema = description.resolved(description.requestSchema("post", path));
        int held = 0;
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            held += holds(path, property.getKey(), property.getValue());
        }
        assertThat(held).isGreaterThan(20);
    }

    private static int holds(String path, String name, JsonNode property) throws Exception {
        int held = 0;
        for (String limit : new String[] {"minimum", "maximum", "exclusiveMinimum"}) {
            // The longest minimum collides with the limit on tokens.
            if (!property.has(limit) || name.equals("min_tokens") && limit.equals("maximum")) {
                continue;
            }
            BigDecimal bound = property.path(limit).decimalValue();
            boolean whole = property.path("type").toString().contains("integer");
            BigDecimal step = whole ? BigDecimal.ONE : new BigDecimal("1e-9");
            BigDecimal beyond = limit.equals("maximum") ? bound.add(step) : bound.subtract(step);
            BigDecimal inside = limit.equals("exclusiveMinimum") ? bound.add(step) : bound;
            HttpResponse<String> taken = post(path, with(path, name, inside));
            assertThat(taken.statusCode())
                    .as(name + " " + inside + ": " + taken.body())
                    .isEqualTo(200);
            HttpResponse<String> refused =
                    post(path, with(path, name, limit.equals("exclusiveMinimum") ? bound : beyond));
            assertThat(refused.statusCode())
                    .as(name + " " + beyond + ": " + refused.body())
                    .isEqualTo(400);
            assertThat(Api.error(refused).path("param").asString("")).isEqualTo(name);
            held += 2;
        }
        return held;
    }

    private static ObjectNode with(String path, String name, BigDecimal value) {
        ObjectNode body = body(path, "'ignore_eos': false");
        if (name.equals("min_tokens")) {
            body.remove("max_tokens");
        }
        if (name.equals("top_logprobs")) {
            body.put("logprobs", true);
        }
        body.set(name, JSON.readTree(value.toPlainString()));
        return body;
    }

    /** A field that is described is read: what is of no type that it may have is refused by its name. */
    @ParameterizedTest
    @ValueSource(strings = {CHAT, COMPLETIONS, GUIDANCE})
    void everyFieldThatIsDescribedIsRead(String path) throws Exception {
        Description description = path.equals(GUIDANCE) ? ofTeacher : ofEdge;
        JsonNode schema = description.resolved(description.requestSchema("post", path));
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            ObjectNode body = body(path, "");
            JsonNode wrong = Stream.of("true", "\"wrong\"", "{\"wrong\": [true]}")
                    .map(JSON::readTree)
                    .filter(value ->
                            !description.faults(property.getValue(), value).isEmpty())
                    .findFirst()
                    .orElse(JSON.readTree("{\"wrong\": [true]}"));
            body.set(property.getKey(), wrong);
            HttpResponse<String> refused = post(path, body);
            assertThat(refused.statusCode()).as(body.toString()).isIn(400);
            assertThat(Api.error(refused).path("param").asString("")).startsWith(property.getKey());
        }
    }
}
