package io.gkt.service.description;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.media.Schema;
import java.util.Map;
import org.springdoc.core.customizers.OpenApiCustomizer;

/** What holds between the fields of messages, and of requests that have some. */
final class ConversationRules implements OpenApiCustomizer {

    private static final String CONTENT = """
            {"anyOf": [
              {"type": "string"},
              {"type": "array", "minItems": 1, "items": {"anyOf": [
                {"type": "object",
                  "properties": {"type": {"const": "text"}, "text": {"type": "string"}},
                  "required": ["type", "text"]},
                {"type": "object",
                  "description": "in messages of the assistant only",
                  "properties": {"type": {"const": "refusal"}, "refusal": {"type": "string"}},
                  "required": ["type", "refusal"]}]}},
              {"type": "null"}]}""";

    private static final String ONLY_THE_ASSISTANT_REFUSES = """
            {"if": {"properties": {"role": {"const": "assistant"}}},
             "else": {"properties": {"content": {"items": {"properties": {"type": {"const": "text"}}}}}}}""";

    private static final String ONLY_WHO_CALLS_TOOLS_IS_SILENT = """
            {"if": {"properties": {"content": {"type": "null"}}},
             "then": {
               "properties": {
                 "role": {"const": "assistant"},
                 "tool_calls": {"type": "array", "contains": {"type": "object", "required": ["function"]}}},
               "required": ["tool_calls"]}}""";

    private static final String NOT_BOTH_CONTINUED_AND_BEGUN = """
            {"if": {"properties": {"messages": {"type": "array"}}, "required": ["messages"]},
             "then": {
               "not": {"anyOf": [
                 {"properties": {
                    "continue_final_message": {"const": true}, "add_generation_prompt": {"const": true}},
                  "required": ["continue_final_message", "add_generation_prompt"]},
                 {"properties": {
                    "continue_final_message": {"const": false}, "add_generation_prompt": {"const": false}},
                  "required": ["continue_final_message", "add_generation_prompt"]}]}}}""";

    private static final String ONE_TEXT = """
            {"oneOf": [
              {"properties": {"content": {"type": "string"}}, "required": ["content"]},
              {"properties": {"prompt": {"type": "string"}}, "required": ["prompt"]},
              {"properties": {"messages": {"type": "array"}}, "required": ["messages"]}]}""";

    @Override
    public void customise(OpenAPI api) {
        Map<String, Schema> schemas = api.getComponents().getSchemas();
        schemas.forEach((name, schema) -> {
            switch (name) {
                case "ChatMessageParam" -> message(schema);
                case "TokenizeRequest" -> SchemaText.require(schema, ONE_TEXT);
                default -> {
                    // Their records say all.
                }
            }
            Map<String, Schema> properties = properties(schema);
            if (properties.containsKey("continue_final_message") && properties.containsKey("add_generation_prompt")) {
                SchemaText.require(schema, NOT_BOTH_CONTINUED_AND_BEGUN);
            }
        });
    }

    private static Map<String, Schema> properties(Schema<?> schema) {
        return schema.getProperties() == null ? Map.of() : schema.getProperties();
    }

    private static void message(Schema<?> message) {
        Map<String, Schema> properties = properties(message);
        Schema<?> content = SchemaText.parse(CONTENT);
        content.setDescription(properties.get("content").getDescription());
        properties.put("content", content);
        SchemaText.require(message, ONLY_THE_ASSISTANT_REFUSES);
        SchemaText.require(message, ONLY_WHO_CALLS_TOOLS_IS_SILENT);
    }
}
