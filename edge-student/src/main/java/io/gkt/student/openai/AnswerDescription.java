package io.gkt.student.openai;

import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.service.description.SchemaText;
import io.gkt.student.generation.Question.GuidanceWish;
import io.gkt.student.generation.Student;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.stereotype.Component;

/** What the description says of answers that their records don't: defaults, streams, and what is checked by hand. */
@Component
final class AnswerDescription implements OpenApiCustomizer {

    private static final String CHAT_REQUEST = "ChatCompletionRequest";
    private static final String TEXT_REQUEST = "CompletionRequest";

    private final GuidanceWish guidanceDefaults;
    private final Student student;

    AnswerDescription(GuidanceWish guidanceDefaults, Student student) {
        this.guidanceDefaults = guidanceDefaults;
        this.student = student;
    }

    @Override
    public void customise(OpenAPI api) {
        Map<String, Schema> schemas = api.getComponents().getSchemas();
        for (String request : List.of(CHAT_REQUEST, TEXT_REQUEST)) {
            defaults(schemas.get(request));
            bias(property(schemas.get(request), "logit_bias"));
            rules(schemas.get(request));
        }
        property(schemas.get(CHAT_REQUEST), "logprobs").setDefault(false);
        property(schemas.get(TEXT_REQUEST), "max_tokens").setDefault(CompletionController.DEFAULT_TEXT_TOKENS);
        property(schemas.get("StreamOptions"), "include_usage").setDefault(false);
        guidance(schemas.get("GuidanceOptions"));
        SchemaText.require(schemas.get(CHAT_REQUEST), """
                {"if": {"properties": {"top_logprobs": {"type": "integer"}}, "required": ["top_logprobs"]},
                 "then": {"properties": {"logprobs": {"const": true}}, "required": ["logprobs"]}}""");
        describeEvents(api.getPaths().get("/v1/chat/completions").getPost());
        describeEvents(api.getPaths().get("/v1/completions").getPost());
    }

    private void defaults(Schema<?> request) {
        SamplingParameters sampling = student.model().defaultSampling();
        Map.ofEntries(
                        Map.entry("temperature", sampling.temperature()),
                        Map.entry("top_p", sampling.topP()),
                        Map.entry("top_k", sampling.topK()),
                        Map.entry("min_p", sampling.minP()),
                        Map.entry("repetition_penalty", sampling.repetitionPenalty()),
                        Map.entry("presence_penalty", sampling.presencePenalty()),
                        Map.entry("frequency_penalty", sampling.frequencyPenalty()),
                        Map.entry("min_tokens", sampling.minTokens()),
                        Map.entry("model", student.model().name()),
                        Map.entry("n", 1),
                        Map.entry("stream", false),
                        Map.entry("ignore_eos", false))
                .forEach((name, value) -> property(request, name).setDefault(value));
    }

    private static void bias(Schema<?> property) {
        property.setAdditionalProperties(SchemaText.parse("""
                {"type": "number", "minimum": -%1$s, "maximum": %1$s}""".formatted(CompletionController.LARGEST_BIAS)));
        property.setPropertyNames(new JsonSchema().pattern("^" + CompletionController.TOKEN_ID + "$"));
    }

    private void guidance(Schema<?> options) {
        property(options, "mode").setDefault(defaultMode());
        property(options, "max_tokens").setDefault(guidanceDefaults.maxTokens());
        property(options, "timeout_ms").setDefault(guidanceDefaults.timeout().toMillis());
        property(options, "complete").setDefault(false);
        SchemaText.require(options, """
                {"if": {"properties": {"text": {"type": "string"}}, "required": ["text"]}, "then": %s}\
                """.formatted(modeIn("auto")));
        SchemaText.require(options, """
                {"if": {"properties": {"complete": {"type": "boolean"}}, "required": ["complete"]},
                 "then": {"properties": {"text": {"type": "string"}}, "required": ["text"]}}""");
    }

    /** What requests of both kinds, and the fields of each, must not say together. */
    private void rules(Schema<?> request) {
        NotOffered.schemas().forEach((name, json) -> {
            Schema<?> schema = SchemaText.parse(json.toString());
            schema.setDescription(property(request, name).getDescription());
            request.getProperties().put(name, schema);
        });
        SchemaText.require(request, """
                {"if": {"properties": {"stream_options": {"type": "object"}}, "required": ["stream_options"]},
                 "then": {"properties": {"stream": {"const": true}}, "required": ["stream"]}}""");
        SchemaText.require(request, """
                {"if": {"properties": {"n": {"type": "integer", "minimum": 2}}, "required": ["n"]}, "then": %s}                """.formatted(guidanceWith("auto", "off")));
    }

    /** A request, or a part of one, whose {@code guidance} has one of these modes. */
    private String guidanceWith(String... modes) {
        String rule = modeIn(modes);
        return saysNothing(modes)
                ? "{\"properties\": {\"guidance\": {\"if\": {\"type\": \"object\"}, \"then\": " + rule + "}}}"
                : "{\"properties\": {\"guidance\": {\"type\": \"object\", \"allOf\": [" + rule
                        + "]}}, \"required\": [\"guidance\"]}";
    }

    /** Options of guidance with one of these modes. */
    private String modeIn(String... modes) {
        String values = Arrays.stream(modes).map(mode -> "\"" + mode + "\"").collect(Collectors.joining(", "));
        return saysNothing(modes)
                ? "{\"properties\": {\"mode\": {\"enum\": [" + values + ", null]}}}"
                : "{\"properties\": {\"mode\": {\"enum\": [" + values + "]}}, \"required\": [\"mode\"]}";
    }

    /** Whether a request that leaves the mode open has one of these. */
    private boolean saysNothing(String... modes) {
        return List.of(modes).contains(defaultMode());
    }

    private String defaultMode() {
        return guidanceDefaults.mode().name().toLowerCase(Locale.ROOT);
    }

    private static void describeEvents(Operation operation) {
        operation
                .getResponses()
                .get("200")
                .description("The answer: whole, or with `stream` as server-sent events.")
                .getContent()
                .get(org.springframework.http.MediaType.TEXT_EVENT_STREAM_VALUE)
                .getSchema()
                .description("The data of each event. The last one's is [DONE], unless the answer broke off: then the"
                        + " last event has an error. Lines that begin with a colon are comments.");
    }

    private static Schema<?> property(Schema<?> schema, String name) {
        return schema.getProperties().get(name);
    }
}
