package io.gkt.service.description;

import io.gkt.protocol.ErrorBody;
import io.gkt.protocol.RetryAfter;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springdoc.core.customizers.OpenApiCustomizer;

/**
 * Says of each operation how it may fail. Controllers declare the statuses that are their own with
 * {@link io.swagger.v3.oas.annotations.responses.ApiResponse}; those of all are added here, and what each looks like.
 */
final class ErrorResponses implements OpenApiCustomizer {

    private static final String BODY = "ErrorBody";
    private static final Map<String, String> MEANINGS = new TreeMap<>(Map.of(
            "400", "The request is wrong or asks for what is not offered; `param` names the field.",
            "401", "The API key is missing or not known here.",
            "404", "What the path or the field `model` names does not exist.",
            "406", "The `Accept` header allows nothing that this answers with.",
            "413", "The body is too large.",
            "415", "The body is not `application/json`.",
            "429", "Too many requests wait, or the API key has used up its share; try again after `Retry-After`.",
            "500", "The server failed; its log says why."));

    static {
        MEANINGS.put("499", "The request was cancelled.");
        MEANINGS.put("503", "It can't be answered now; try again after `Retry-After`.");
        MEANINGS.put("504", "The answer took longer than its deadline.");
    }

    private final boolean keys;

    /** @param keys whether callers need API keys */
    ErrorResponses(boolean keys) {
        this.keys = keys;
    }

    @Override
    public void customise(OpenAPI api) {
        ModelConverters.getInstance(true)
                .readAllAsResolvedSchema(new AnnotatedType(ErrorBody.class))
                .referencedSchemas
                .forEach(api.getComponents()::addSchemas);
        api.getPaths().values().stream()
                .flatMap(path -> path.readOperations().stream())
                .forEach(this::complete);
    }

    private void complete(Operation operation) {
        List<String> statuses = new ArrayList<>(List.of("400", "406", "500"));
        if (keys) {
            statuses.addAll(List.of("401", "429"));
        }
        if (operation.getRequestBody() != null) {
            statuses.addAll(List.of("413", "415"));
        }
        operation.getResponses().keySet().stream().filter(MEANINGS::containsKey).forEach(statuses::add);
        statuses.forEach(status -> operation.getResponses().addApiResponse(status, response(status)));
    }

    private static ApiResponse response(String status) {
        ApiResponse response = new ApiResponse()
                .description(MEANINGS.get(status))
                .content(new Content()
                        .addMediaType(
                                "application/json",
                                new MediaType().schema(new Schema<>().$ref(Components.COMPONENTS_SCHEMAS_REF + BODY))));
        switch (status) {
            case "401" -> response.addHeaderObject("WWW-Authenticate", header("what is asked for", typed("string")));
            case "429", "503" -> {
                response.addHeaderObject("Retry-After", header("seconds to wait", atLeastOne(300)));
                response.addHeaderObject("Retry-After-Ms", header("milliseconds to wait", atLeastOne(300_000)));
                if (status.equals("429")) {
                    response.addHeaderObject(
                            RetryAfter.SHOULD_RETRY,
                            header("only another request may be sent after that", never())
                                    .required(false));
                }
            }
            case "500" ->
                response.addHeaderObject(RetryAfter.SHOULD_RETRY, header("trying again would not help", never()));
            default -> {
                // The body says all.
            }
        }
        return response;
    }

    private static Header header(String description, Schema<?> schema) {
        return new Header().description(description).required(true).schema(schema);
    }

    private static Schema<?> never() {
        return typed("string")._const("false");
    }

    private static Schema<?> atLeastOne(long most) {
        return typed("integer").minimum(BigDecimal.ONE).maximum(BigDecimal.valueOf(most));
    }

    private static Schema<?> typed(String type) {
        Schema<?> schema = new JsonSchema();
        schema.addType(type);
        return schema;
    }
}
