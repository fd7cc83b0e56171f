package io.gkt.teacher.guidance;

import io.gkt.protocol.GuidanceApi;
import io.gkt.service.description.SchemaText;
import io.gkt.teacher.TeacherSettings;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import java.math.BigDecimal;
import java.util.Map;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.stereotype.Component;

/** What the description says of guidance that its records don't: defaults, streams, and what is checked by hand. */
@Component
final class GuidanceDescription implements OpenApiCustomizer {

    private final TeacherSettings settings;
    private final String model;

    GuidanceDescription(TeacherSettings settings, GuidanceBackend backend) {
        this.settings = settings;
        this.model = backend.model();
    }

    @Override
    public void customise(OpenAPI api) {
        Schema<?> request = api.getComponents().getSchemas().get("GuidanceRequest");
        Map<String, Schema> properties = request.getProperties();
        properties.get("model").setDefault(model);
        properties.get("stream").setDefault(false);
        Schema<?> maxTokens = properties.get("max_tokens");
        maxTokens.setDefault(settings.maxTokens());
        maxTokens.setMaximum(BigDecimal.valueOf(settings.maxTokens()));
        SchemaText.require(request, """
                {"oneOf": [
                  {"properties": {"messages": {"type": "array"}}, "required": ["messages"]},
                  {"properties": {"prompt": {"type": "string"}}, "required": ["prompt"]}]}""");
        Schema<?> event = new JsonSchema()
                .addAnyOfItem(reference("GuidanceResponse"))
                .addAnyOfItem(reference("ErrorBody"))
                .description("The data of each event. The last one's is " + GuidanceApi.STREAM_END + ", or an error.");
        api.getPaths()
                .get(GuidanceApi.PATH)
                .getPost()
                .getResponses()
                .addApiResponse(
                        "200",
                        new ApiResponse()
                                .description("The answer's beginning: whole, or with `stream` as server-sent events.")
                                .content(new Content()
                                        .addMediaType(
                                                "application/json",
                                                new MediaType().schema(reference("GuidanceResponse")))
                                        .addMediaType("text/event-stream", new MediaType().schema(event))));
    }

    private static Schema<?> reference(String schema) {
        return new JsonSchema().$ref(Components.COMPONENTS_SCHEMAS_REF + schema);
    }
}
