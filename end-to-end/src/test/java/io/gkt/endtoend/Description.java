package io.gkt.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a running service says that it accepts and answers. */
public final class Description {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private final JsonNode document;
    /** Those in use; making one takes milliseconds. */
    private final Map<JsonNode, Schema> compiled = new ConcurrentHashMap<>();

    public Description(JsonNode document) {
        this.document = document;
    }

    static Description of(Api api) throws Exception {
        return of(api.get("/v3/api-docs"));
    }

    /** From its response. */
    public static Description of(HttpResponse<String> response) {
        return new Description(Api.success(response));
    }

    public JsonNode document() {
        return document;
    }

    public JsonNode operation(String method, String path) {
        JsonNode operation = document.path("paths").path(path).path(method);
        assertThat(operation.isObject()).as(method + " " + path).isTrue();
        return operation;
    }

    /** A schema, or the one that it refers to. */
    public JsonNode resolved(JsonNode schema) {
        return schema.has("$ref") ? document.at(schema.path("$ref").asString().substring(1)) : schema;
    }

    /** What contradicts the schema in a value; empty if nothing does. */
    public String faults(JsonNode schema, JsonNode value) {
        return String.join(
                "\n",
                compiled(schema).validate(value).stream().map(Object::toString).toList());
    }

    private Schema compiled(JsonNode schema) {
        return compiled.computeIfAbsent(schema, part -> {
            ObjectNode whole = JSON.createObjectNode();
            whole.set("components", document.path("components"));
            whole.putArray("allOf").add(part);
            return SCHEMAS.getSchema(whole);
        });
    }

    JsonNode requestSchema(String method, String path) {
        return operation(method, path).at("/requestBody/content/application~1json/schema");
    }

    /** Holds a response to what its operation says of its status. */
    void assertDescribed(String method, String path, HttpResponse<String> response) {
        JsonNode described = operation(method, path).path("responses").path(String.valueOf(response.statusCode()));
        assertThat(described.isObject())
                .as("a description of " + response.statusCode())
                .isTrue();
        String type = response.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
        JsonNode schema = described.path("content").path(type).path("schema");
        assertThat(schema.isObject()).as(method + " " + path + " " + type).isTrue();
        described
                .path("headers")
                .properties()
                .forEach(header -> assertThat(
                                faults(header.getValue().path("schema"), header(response, header.getKey())))
                        .as(header.getKey())
                        .isEmpty());
        if (type.equals("text/event-stream")) {
            for (JsonNode event : Api.events(response)) {
                assertThat(faults(schema, event)).as(event.toString()).isEmpty();
            }
        } else {
            JsonNode body = JSON.readTree(response.body());
            assertThat(faults(schema, body)).as(body.toString()).isEmpty();
        }
    }

    private static JsonNode header(HttpResponse<String> response, String name) {
        String value = response.headers().firstValue(name).orElse(null);
        assertThat(value).as(name).isNotNull();
        return value.matches("\\d+")
                ? JSON.getNodeFactory().numberNode(Long.parseLong(value))
                : JSON.getNodeFactory().stringNode(value);
    }
}
