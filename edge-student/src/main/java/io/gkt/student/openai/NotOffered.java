package io.gkt.student.openai;

import io.gkt.service.ApiException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What OpenAI, vLLM or llama.cpp have, what would change the answer, and what is not there: refused unless it asks for
 * nothing. All other fields that are not known change no answer and are ignored.
 *
 * @param toolChoice             {@code auto} and {@code none} ask for nothing
 * @param functionCall           {@code auto} and {@code none} ask for nothing
 * @param responseFormat         {@code {"type": "text"}} asks for nothing
 * @param modalities             {@code ["text"]} asks for nothing
 * @param audio                  how answers sound
 * @param webSearchOptions       how the web is searched
 * @param echo                   whether the prompt comes before the answer
 * @param suffix                 text behind the answer
 * @param bestOf                 answers to choose from; 1 asks for nothing
 * @param useBeamSearch          vLLM's
 * @param lengthPenalty          vLLM's; 1 asks for nothing
 * @param structuredOutputs      vLLM's
 * @param guidedJson             vLLM's
 * @param guidedRegex            vLLM's
 * @param guidedChoice           vLLM's
 * @param guidedGrammar          vLLM's
 * @param grammar                llama.cpp's
 * @param jsonSchema             llama.cpp's
 * @param badWords               vLLM's
 * @param allowedTokenIds        vLLM's
 * @param stopTokenIds           vLLM's
 * @param includeStopStrInOutput vLLM's
 * @param skipSpecialTokens      vLLM's; true asks for nothing
 * @param promptLogprobs         vLLM's
 * @param truncatePromptTokens   vLLM's
 * @param chatTemplate           vLLM's
 * @param chatTemplateKwargs     vLLM's
 * @param documents              vLLM's
 * @param typicalP               llama.cpp's; 1 asks for nothing
 * @param mirostat               llama.cpp's; 0 asks for nothing
 * @param dryMultiplier          llama.cpp's; 0 asks for nothing
 * @param xtcProbability         llama.cpp's; 0 asks for nothing
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record NotOffered(
        JsonNode toolChoice,
        JsonNode functionCall,
        JsonNode responseFormat,
        JsonNode modalities,
        JsonNode audio,
        JsonNode webSearchOptions,
        JsonNode echo,
        JsonNode suffix,
        JsonNode bestOf,
        JsonNode useBeamSearch,
        JsonNode lengthPenalty,
        JsonNode structuredOutputs,
        JsonNode guidedJson,
        JsonNode guidedRegex,
        JsonNode guidedChoice,
        JsonNode guidedGrammar,
        JsonNode grammar,
        JsonNode jsonSchema,
        JsonNode badWords,
        JsonNode allowedTokenIds,
        JsonNode stopTokenIds,
        JsonNode includeStopStrInOutput,
        JsonNode skipSpecialTokens,
        JsonNode promptLogprobs,
        JsonNode truncatePromptTokens,
        JsonNode chatTemplate,
        JsonNode chatTemplateKwargs,
        JsonNode documents,
        JsonNode typicalP,
        JsonNode mirostat,
        JsonNode dryMultiplier,
        JsonNode xtcProbability) {

    private static final String TEXT = "text";

    /** What asks for nothing besides null and what is empty, by the field's name; fields that are not here have no such. */
    private static final Map<String, List<Object>> NOTHING = Map.ofEntries(
            Map.entry("tool_choice", List.of("auto", "none")),
            Map.entry("function_call", List.of("auto", "none")),
            Map.entry("echo", List.of(false)),
            Map.entry("suffix", List.of("")),
            Map.entry("best_of", List.of(1)),
            Map.entry("use_beam_search", List.of(false)),
            Map.entry("length_penalty", List.of(1)),
            Map.entry("grammar", List.of("")),
            Map.entry("include_stop_str_in_output", List.of(false)),
            Map.entry("skip_special_tokens", List.of(true)),
            Map.entry("typical_p", List.of(1)),
            Map.entry("mirostat", List.of(0)),
            Map.entry("dry_multiplier", List.of(0)),
            Map.entry("xtc_probability", List.of(0)));

    private static final JsonMapper JSON = JsonMapper.shared();

    /** @throws ApiException 400 that names the field, if anything is asked for */
    void refuse() {
        JSON.<ObjectNode>valueToTree(this).properties().forEach(field -> {
            if (!asksForNothing(field.getKey(), field.getValue())) {
                throw ApiException.unsupported(field.getKey());
            }
        });
    }

    private static boolean asksForNothing(String name, JsonNode value) {
        if (value.isNull()) {
            return true;
        }
        return switch (name) {
            case "response_format" -> is(value.path("type"), TEXT);
            case "modalities" -> value.isArray() && value.valueStream().allMatch(modality -> is(modality, TEXT));
            default ->
                value.isContainer() && value.isEmpty()
                        || NOTHING.getOrDefault(name, List.of()).stream().anyMatch(known -> is(value, known));
        };
    }

    private static boolean is(JsonNode value, Object known) {
        if (known instanceof Number number) {
            // What is too long for a double is none of them.
            return value.isIntegralNumber()
                    ? value.bigIntegerValue().equals(BigInteger.valueOf(number.longValue()))
                    : value.isNumber() && value.doubleValue() == number.doubleValue();
        }
        if (known instanceof Boolean bool) {
            return value.isBoolean() && value.booleanValue() == bool;
        }
        return value.isString() && value.stringValue().equals(known);
    }

    /** @return what the fields may be, by their names, as JSON Schema */
    static Map<String, ObjectNode> schemas() {
        Map<String, ObjectNode> schemas = new LinkedHashMap<>();
        Arrays.stream(NotOffered.class.getRecordComponents())
                .map(component -> PropertyNamingStrategies.SNAKE_CASE.nameForField(null, null, component.getName()))
                .forEach(name -> schemas.put(name, schema(name)));
        return schemas;
    }

    private static ObjectNode schema(String name) {
        ObjectNode schema = JSON.createObjectNode();
        switch (name) {
            case "response_format" -> {
                ObjectNode text = orNull(schema, "object");
                text.putObject("properties").putObject("type").put("const", TEXT);
                text.putArray("required").add("type");
            }
            case "modalities" -> orNull(schema, "array").putObject("items").put("const", TEXT);
            default -> {
                ArrayNode values = schema.putArray("enum");
                NOTHING.getOrDefault(name, List.of()).forEach(values::addPOJO);
                values.addArray();
                values.addObject();
                values.addNull();
            }
        }
        return schema;
    }

    private static ObjectNode orNull(ObjectNode schema, String type) {
        ArrayNode either = schema.putArray("anyOf");
        ObjectNode wanted = either.addObject().put("type", type);
        either.addObject().put("type", "null");
        return wanted;
    }
}
