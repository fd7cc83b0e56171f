package io.gkt.student.openai;

import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.student.generation.Question.GuidanceWish;
import io.gkt.student.generation.Student;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
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
        }
        property(schemas.get(CHAT_REQUEST), "logprobs").setDefault(false);
        property(schemas.get(TEXT_REQUEST), "max_tokens").setDefault(CompletionController.DEFAULT_TEXT_TOKENS);
        property(schemas.get("StreamOptions"), "include_usage").setDefault(false);
        guidance(schemas.get("GuidanceOptions"));
        message(schemas.get("ChatMessageParam"));
        answers(api.getPaths().get("/v1/chat/completions").getPost());
        answers(api.getPaths().get("/v1/completions").getPost());
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
        Schema<?> value = new JsonSchema()
                .minimum(BigDecimal.valueOf(-CompletionController.LARGEST_BIAS))
                .maximum(BigDecimal.valueOf(CompletionController.LARGEST_BIAS));
        value.addType("number");
        property.setAdditionalProperties(value);
        property.setPropertyNames(new JsonSchema().pattern("^" + CompletionController.TOKEN_ID + "$"));
    }

    private void guidance(Schema<?> options) {
        property(options, "mode").setDefault(guidanceDefaults.mode().name().toLowerCase(java.util.Locale.ROOT));
        property(options, "max_tokens").setDefault(guidanceDefaults.maxTokens());
        property(options, "timeout_ms").setDefault(guidanceDefaults.timeout().toMillis());
        property(options, "complete").setDefault(false);
    }

    /** Content is a text or its parts; only an assistant that called tools may say nothing. */
    private static void message(Schema<?> message) {
        Schema<?> parts = typed("array")
                .minItems(1)
                .items(new JsonSchema()
                        .addAnyOfItem(part("text"))
                        .addAnyOfItem(part("refusal").description("in messages of the assistant only")));
        message.getProperties()
                .put(
                        "content",
                        new JsonSchema()
                                .description(property(message, "content").getDescription())
                                .addAnyOfItem(typed("string"))
                                .addAnyOfItem(parts)
                                .addAnyOfItem(typed("null")));
    }

    private static Schema<?> part(String kind) {
        Schema<?> type = typed("string");
        type.setConst(kind);
        return typed("object")
                .addProperty("type", type)
                .addProperty(kind, typed("string"))
                .required(List.of("type", kind));
    }

    private static void answers(Operation operation) {
        Schema<?> event = new JsonSchema()
                .addAnyOfItem(reference("Completion"))
                .addAnyOfItem(reference("ErrorBody"))
                .description("The data of each event. The last one's is [DONE], unless the answer broke off: then the"
                        + " last event has an error. Lines that begin with a colon are comments.");
        operation
                .getResponses()
                .addApiResponse(
                        "200",
                        new ApiResponse()
                                .description("The answer: whole, or with `stream` as server-sent events.")
                                .content(new Content()
                                        .addMediaType(
                                                "application/json", new MediaType().schema(reference("Completion")))
                                        .addMediaType("text/event-stream", new MediaType().schema(event))));
    }

    private static Schema<?> reference(String schema) {
        return new JsonSchema().$ref(Components.COMPONENTS_SCHEMAS_REF + schema);
    }

    private static Schema<?> typed(String type) {
        Schema<?> schema = new JsonSchema();
        schema.addType(type);
        return schema;
    }

    private static Schema<?> property(Schema<?> schema, String name) {
        return schema.getProperties().get(name);
    }
}
