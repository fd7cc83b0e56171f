package io.gkt.student.openai;

import io.gkt.service.ApiException;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

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

    /** @throws ApiException 400 that names the field, if anything is asked for */
    void refuse() {
        refuse("tool_choice", toolChoice, "auto", "none");
        refuse("function_call", functionCall, "auto", "none");
        if (responseFormat != null
                && !responseFormat.isNull()
                && !responseFormat.path("type").asString("").equals("text")) {
            throw ApiException.unsupported("response_format");
        }
        if (modalities != null
                && !modalities.isNull()
                && !(modalities.isArray() && modalities.valueStream().allMatch(modality -> is(modality, "text")))) {
            throw ApiException.unsupported("modalities");
        }
        refuse("audio", audio);
        refuse("web_search_options", webSearchOptions);
        refuse("echo", echo, false);
        refuse("suffix", suffix, "");
        refuse("best_of", bestOf, 1);
        refuse("use_beam_search", useBeamSearch, false);
        refuse("length_penalty", lengthPenalty, 1);
        refuse("structured_outputs", structuredOutputs);
        refuse("guided_json", guidedJson);
        refuse("guided_regex", guidedRegex);
        refuse("guided_choice", guidedChoice);
        refuse("guided_grammar", guidedGrammar);
        refuse("grammar", grammar, "");
        refuse("json_schema", jsonSchema);
        refuse("bad_words", badWords);
        refuse("allowed_token_ids", allowedTokenIds);
        refuse("stop_token_ids", stopTokenIds);
        refuse("include_stop_str_in_output", includeStopStrInOutput, false);
        refuse("skip_special_tokens", skipSpecialTokens, true);
        refuse("prompt_logprobs", promptLogprobs);
        refuse("truncate_prompt_tokens", truncatePromptTokens);
        refuse("chat_template", chatTemplate);
        refuse("chat_template_kwargs", chatTemplateKwargs);
        refuse("documents", documents);
        refuse("typical_p", typicalP, 1);
        refuse("mirostat", mirostat, 0);
        refuse("dry_multiplier", dryMultiplier, 0);
        refuse("xtc_probability", xtcProbability, 0);
    }

    /** Refuses what is neither null, nor empty, nor one of the values that ask for nothing. */
    private static void refuse(String param, JsonNode value, Object... nothing) {
        if (value != null
                && !value.isNull()
                && !(value.isContainer() && value.isEmpty())
                && Arrays.stream(nothing).noneMatch(known -> is(value, known))) {
            throw ApiException.unsupported(param);
        }
    }

    private static boolean is(JsonNode value, Object known) {
        if (known instanceof Number number) {
            return value.isNumber() && value.doubleValue() == number.doubleValue();
        }
        if (known instanceof Boolean bool) {
            return value.isBoolean() && value.booleanValue() == bool;
        }
        return value.isString() && value.stringValue().equals(known);
    }
}
