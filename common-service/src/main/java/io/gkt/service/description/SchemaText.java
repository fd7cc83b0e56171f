package io.gkt.service.description;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.media.Schema;

/** Parts of a description that are shorter to write as what they become. */
public final class SchemaText {

    private SchemaText() {}

    /**
     * @param json a JSON Schema
     * @return the same for a description
     */
    public static Schema<?> parse(String json) {
        try {
            return Json31.mapper().readValue(json, Schema.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    /**
     * Adds a rule between fields to those that each field has.
     *
     * @param schema of a request, or of a part of one
     * @param rule   a JSON Schema that values must satisfy as well
     */
    public static void require(Schema<?> schema, String rule) {
        schema.addAllOfItem(parse(rule));
    }
}
