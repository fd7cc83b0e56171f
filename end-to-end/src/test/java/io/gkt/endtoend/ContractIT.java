package io.gkt.endtoend;

import static io.gkt.endtoend.Api.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** OpenAI's contract, field by field, with both services running. */
@Timeout(120)
class ContractIT {

    private static final String COMPLETIONS = "/v1/completions";
    private static final String PROMPT = "\"prompt\": \"Tom has 12 apples and buys 7 more.\"";

    private static ServiceProcess teacher;
    private static ServiceProcess edge;

    @BeforeAll
    static void start() throws Exception {
        teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT);
        edge = ServiceProcess.edge(teacher.url());
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

    private static HttpResponse<String> post(String path, String body) throws Exception {
        return edge.api().send(edge.api().post(path, body));
    }

    private static JsonNode chat(String... fields) throws Exception {
        return Api.success(post(CHAT, Problems.chat(1, fields)));
    }

    private static List<JsonNode> chatEvents(String... fields) throws Exception {
        return Api.events(post(CHAT, Problems.chat(1, fields).replaceFirst("\\{", "{\"stream\": true, ")));
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    private static String content(List<JsonNode> events, int choice) {
        return events.stream()
                .flatMap(event -> list(event.path("choices")).stream())
                .filter(part -> part.path("index").asInt() == choice)
                .map(part -> part.path("delta").path("content").asString(""))
                .collect(Collectors.joining());
    }

    @Test
    void choicesShareTheGuidanceAndHaveSeedsOfTheirOwn() throws Exception {
        String[] fields = {
            "\"n\": 3",
            "\"temperature\": 1.5",
            "\"seed\": 11",
            "\"max_tokens\": 30",
            "\"guidance\": {\"max_tokens\": 6}"
        };
        JsonNode whole = chat(fields);
        String guidance = Api.guidance(whole).path("text").asString();

        assertThat(whole.path("choices")).hasSize(3);
        for (int i = 0; i < 3; i++) {
            JsonNode choice = whole.path("choices").path(i);
            assertThat(choice.path("index").asInt()).isEqualTo(i);
            assertThat(choice.path("message").path("content").asString()).startsWith(guidance);
        }
        assertThat(list(whole.path("choices")).stream()
                        .map(choice -> choice.path("message").path("content").asString())
                        .distinct())
                .hasSizeGreaterThan(1);

        List<JsonNode> events = chatEvents(fields);
        for (int i = 0; i < 3; i++) {
            int index = i;
            JsonNode choice = whole.path("choices").path(i);
            assertThat(content(events, i))
                    .isEqualTo(choice.path("message").path("content").asString());
            List<JsonNode> parts = events.stream()
                    .map(event -> event.path("choices").path(0))
                    .filter(part -> part.path("index").asInt() == index)
                    .toList();
            assertThat(parts.get(0).path("delta").path("role").asString()).isEqualTo("assistant");
            assertThat(parts.get(parts.size() - 1).path("finish_reason")).isEqualTo(choice.path("finish_reason"));
            assertThat(parts.stream().filter(part -> !part.path("finish_reason").isNull()))
                    .hasSize(1);
        }
        assertThat(Api.guidance(events.get(events.size() - 1)).path("text").asString())
                .isEqualTo(guidance);
    }

    @Test
    void usageCountsThePromptOnceAndTheTokensOfAllChoices() throws Exception {
        JsonNode one = chat("\"ignore_eos\": true", "\"max_tokens\": 25", "\"guidance\": {\"mode\": \"off\"}");
        JsonNode two =
                chat("\"n\": 2", "\"ignore_eos\": true", "\"max_tokens\": 25", "\"guidance\": {\"mode\": \"off\"}");

        assertThat(two.path("usage").path("completion_tokens").asInt()).isEqualTo(50);
        assertThat(two.path("usage").path("prompt_tokens"))
                .isEqualTo(one.path("usage").path("prompt_tokens"));
        assertThat(two.path("usage").path("total_tokens").asInt())
                .isEqualTo(50 + one.path("usage").path("prompt_tokens").asInt());
    }

    @Test
    void logprobsOfAChatTellOfEveryTokenWhatTheStudentHeldOfIt() throws Exception {
        String[] fields = {
            "\"temperature\": 0",
            "\"logprobs\": true",
            "\"top_logprobs\": 3",
            "\"max_tokens\": 30",
            "\"guidance\": {\"max_tokens\": 6}"
        };
        JsonNode choice = chat(fields).path("choices").path(0);
        List<JsonNode> tokens = list(choice.path("logprobs").path("content"));

        assertThat(tokens.stream().map(token -> token.path("token").asString()).collect(Collectors.joining()))
                .isEqualTo(choice.path("message").path("content").asString());
        assertThat(tokens).allSatisfy(token -> {
            assertThat(token.path("logprob").asDouble()).isLessThanOrEqualTo(0);
            assertThat(token.path("bytes").size()).isPositive();
            assertThat(token.path("top_logprobs")).hasSize(3);
            assertThat(token.path("top_logprobs").path(0).path("logprob").asDouble())
                    .isGreaterThanOrEqualTo(
                            token.path("top_logprobs").path(2).path("logprob").asDouble());
        });
        assertThat(chatEvents(fields).stream()
                        .flatMap(event -> list(
                                event.path("choices").path(0).path("logprobs").path("content"))
                                .stream())
                        .map(token -> token.path("token").asString())
                        .toList())
                .isEqualTo(tokens.stream()
                        .map(token -> token.path("token").asString())
                        .toList());
        assertThat(chat("\"max_tokens\": 5")
                        .path("choices")
                        .path(0)
                        .path("logprobs")
                        .isNull())
                .isTrue();
    }

    @Test
    void logprobsOfACompletionHaveTheOlderShape() throws Exception {
        JsonNode choice = Api.success(
                        post(
                                COMPLETIONS,
                                "{" + PROMPT
                                        + ", \"logprobs\": 2, \"temperature\": 0, \"max_tokens\": 12, \"guidance\": {\"mode\": \"off\"}}"))
                .path("choices")
                .path(0);
        JsonNode logprobs = choice.path("logprobs");
        String text = choice.path("text").asString();

        int count = logprobs.path("tokens").size();
        assertThat(count).isPositive();
        for (int i = 0; i < count; i++) {
            String token = logprobs.path("tokens").path(i).asString();
            assertThat(text.startsWith(
                            token, logprobs.path("text_offset").path(i).asInt()))
                    .isTrue();
            assertThat(logprobs.path("top_logprobs").path(i).path(token))
                    .isEqualTo(logprobs.path("token_logprobs").path(i));
        }
    }

    @Test
    void everyResponseAndChunkHasTheSameFingerprint() throws Exception {
        String fingerprint =
                chat("\"max_tokens\": 3").path("system_fingerprint").asString();

        assertThat(fingerprint).matches("fp_[0-9a-f]{16}");
        assertThat(chatEvents("\"max_tokens\": 3", "\"stream_options\": {\"include_usage\": true}"))
                .allSatisfy(event ->
                        assertThat(event.path("system_fingerprint").asString()).isEqualTo(fingerprint));
    }

    private static JsonNode goOn(String beginning, String... fields) throws Exception {
        StringBuilder json = new StringBuilder("{\"messages\": [{\"role\": \"user\", \"content\": \"")
                .append(Problems.question(1))
                .append("\"}, {\"role\": \"assistant\", \"content\": \"")
                .append(beginning)
                .append("\"}], \"temperature\": 0");
        for (String field : fields) {
            json.append(", ").append(field);
        }
        return Api.success(post(CHAT, json.append('}').toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"off", "only"})
    void aLastMessageOfTheAssistantIsTheAnswersBeginning(String mode) throws Exception {
        String guidance = "\"guidance\": {\"mode\": \"" + mode + "\"}";
        JsonNode whole = chat("\"temperature\": 0", guidance);
        String text = Api.text(whole).strip();

        for (int cut = text.indexOf(' ', 8); cut > 0; cut = text.indexOf(' ', cut + 8)) {
            JsonNode rest = goOn(text.substring(0, cut), guidance);
            assertThat(text.substring(0, cut) + Api.text(rest)).isEqualTo(text);
            assertThat(rest.path("usage").path("prompt_tokens").asInt())
                    .isGreaterThan(whole.path("usage").path("prompt_tokens").asInt());
            assertThat(rest.path("choices").path(0).path("finish_reason").asString())
                    .isEqualTo("stop");
        }
    }

    @Test
    void guidanceGoesOnWithTheAssistantsLastMessageAndTheStudentAfterBoth() throws Exception {
        String teachers = Api.text(chat("\"temperature\": 0", "\"guidance\": {\"mode\": \"only\"}"))
                .strip();
        String beginning = teachers.substring(0, teachers.indexOf(' ', 10));
        String[] fields = {
            "\"continue_final_message\": true", "\"add_generation_prompt\": false", "\"guidance\": {\"max_tokens\": 8}",
        };
        JsonNode answer = goOn(beginning, fields);
        String guidance = Api.guidance(answer).path("text").asString();

        assertThat(Api.outcome(answer)).isEqualTo("used");
        assertThat(guidance).isNotBlank();
        assertThat(beginning + guidance).isEqualTo(teachers.substring(0, beginning.length() + guidance.length()));
        assertThat(Api.text(answer)).startsWith(guidance).hasSizeGreaterThan(guidance.length());
        assertThat(Api.text(goOn(beginning + guidance, "\"guidance\": {\"mode\": \"off\"}")))
                .as("what the student alone says after both")
                .isEqualTo(Api.text(answer).substring(guidance.length()));

        assertThat(Api.text(goOn(beginning, "\"continue_final_message\": false", "\"guidance\": {\"mode\": \"off\"}")))
                .as("a turn of its own")
                .isNotEqualTo(Api.text(goOn(beginning, "\"guidance\": {\"mode\": \"off\"}")));
    }

    @Test
    void theTeachersWholeAnswerStreamsAsItIsWritten() throws Exception {
        String only = "\"guidance\": {\"mode\": \"only\"}";
        JsonNode whole = chat(only);
        List<JsonNode> events = chatEvents(only, "\"stream_options\": {\"include_usage\": true}");

        assertThat(content(events, 0)).isEqualTo(Api.text(whole));
        assertThat(events.stream()
                        .filter(event ->
                                event.path("gkt").path("source").asString("").equals("teacher")))
                .hasSizeGreaterThan(5);
        JsonNode last = events.get(events.size() - 2);
        assertThat(last.path("choices").path(0).path("finish_reason").asString())
                .isEqualTo("stop");
        assertThat(Api.outcome(last)).isEqualTo("complete");
        assertThat(Api.guidance(last).path("text").asString()).isEqualTo(Api.text(whole));
        assertThat(events.get(events.size() - 1).path("usage").path("completion_tokens"))
                .isEqualTo(whole.path("usage").path("completion_tokens"));
    }

    @Test
    void tokensAreToldAsTheyAreCounted() throws Exception {
        String off = ", \"max_tokens\": 1, \"guidance\": {\"mode\": \"off\"}}";
        String messages = Problems.chat(1);
        String prompt = "{" + PROMPT + "}";

        assertThat(Api.success(post("/tokenize", messages)).path("count"))
                .isEqualTo(promptTokens(post(CHAT, messages.replaceFirst("}$", off))));
        assertThat(Api.success(post("/tokenize", prompt)).path("count"))
                .isEqualTo(promptTokens(post(COMPLETIONS, prompt.replaceFirst("}$", off))));
    }

    private static JsonNode promptTokens(HttpResponse<String> response) {
        return Api.success(response).path("usage").path("prompt_tokens");
    }

    @Test
    void bothServicesTellTheTokensOfATextAndBack() throws Exception {
        for (Api api : List.of(edge.api(), teacher.api())) {
            JsonNode tokens = Api.success(
                    api.send(
                            api.post(
                                    "/tokenize",
                                    "{\"content\": \"Tom has 12 apples<|endoftext|>\", \"with_pieces\": false, \"return_token_strs\": true}")));
            assertThat(tokens.path("count").asInt()).isGreaterThan(4);
            assertThat(tokens.path("tokens")).hasSize(tokens.path("count").asInt());
            assertThat(tokens.path("token_strs")).hasSize(tokens.path("count").asInt());
            assertThat(tokens.path("max_model_len").asInt()).isEqualTo(512);
            JsonNode text =
                    Api.success(api.send(api.post("/detokenize", "{\"tokens\": " + tokens.path("tokens") + "}")));
            assertThat(text.path("content").asString()).isEqualTo("Tom has 12 apples<|endoftext|>");
            assertThat(text.path("prompt")).isEqualTo(text.path("content"));

            HttpResponse<String> bad = api.send(api.post("/detokenize", "{\"tokens\": [0, 1000000]}"));
            assertThat(bad.statusCode()).isEqualTo(400);
            assertThat(Api.error(bad).path("param").asString()).isEqualTo("tokens[1]");
        }
    }

    @Test
    void answersHaveTheFieldsThatStrictClientsMiss() throws Exception {
        JsonNode answer = chat("\"max_tokens\": 3");
        JsonNode choice = answer.path("choices").path(0);

        assertThat(answer.propertyNames())
                .contains("id", "object", "created", "model", "choices", "usage", "system_fingerprint");
        assertThat(answer.path("object").asString()).isEqualTo("chat.completion");
        assertThat(answer.path("id").asString()).startsWith("chatcmpl-");
        assertThat(choice.propertyNames()).containsExactlyInAnyOrder("index", "message", "logprobs", "finish_reason");
        assertThat(choice.path("logprobs").isNull()).isTrue();
        assertThat(choice.path("message").propertyNames()).containsExactlyInAnyOrder("role", "content", "refusal");
        assertThat(choice.path("message").path("refusal").isNull()).isTrue();
        assertThat(answer.path("usage").propertyNames())
                .containsExactlyInAnyOrder(
                        "prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details");
        assertThat(answer.path("usage")
                        .path("prompt_tokens_details")
                        .path("cached_tokens")
                        .isInt())
                .isTrue();

        List<JsonNode> events = chatEvents("\"max_tokens\": 3", "\"stream_options\": {\"include_usage\": true}");
        assertThat(events.get(events.size() - 1).path("choices")).isEmpty();
        assertThat(events.get(events.size() - 1)
                        .path("usage")
                        .path("completion_tokens")
                        .asInt())
                .isEqualTo(3);
        assertThat(events.subList(0, events.size() - 1))
                .allSatisfy(event -> assertThat(event.path("usage").isMissingNode()
                                || event.path("usage").isNull())
                        .isTrue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'user': 'u', 'metadata': {'a': 'b'}, 'store': true, 'service_tier': 'auto', 'safety_identifier': 's'",
                "'prompt_cache_key': 'k', 'parallel_tool_calls': true, 'reasoning_effort': 'low', 'verbosity': 'low'",
                "'prediction': {'type': 'content', 'content': 'x'}, 'prompt_cache_retention': '24h', 'unknown': [1]",
                "'tools': [{'type': 'function', 'function': {'name': 'f'}}], 'tool_choice': 'auto'",
                "'functions': [{'name': 'f'}], 'function_call': 'none'",
                "'response_format': {'type': 'text'}, 'modalities': ['text'], 'logprobs': false",
                "'n': 1, 'stop': null, 'logit_bias': {}, 'seed': null, 'stream': false, 'stream_options': null",
                "'echo': false, 'suffix': '', 'best_of': 1, 'use_beam_search': false, 'length_penalty': 1.0",
                "'bad_words': [], 'stop_token_ids': [], 'skip_special_tokens': true, 'mirostat': 0, 'typical_p': 1.0"
            })
    void whatChangesNoAnswerIsAccepted(String fields) throws Exception {
        JsonNode plain = chat("\"temperature\": 0", "\"max_tokens\": 8", "\"guidance\": {\"mode\": \"off\"}");
        JsonNode answer = chat(
                "\"temperature\": 0",
                "\"max_tokens\": 8",
                "\"guidance\": {\"mode\": \"off\"}",
                fields.replace('\'', '"'));

        assertThat(Api.text(answer)).isEqualTo(Api.text(plain));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "tool_choice        | 'tools': [], 'tool_choice': 'required'",
                "tool_choice        | 'tool_choice': {'type': 'function', 'function': {'name': 'f'}}",
                "function_call      | 'function_call': {'name': 'f'}",
                "response_format    | 'response_format': {'type': 'json_object'}",
                "response_format    | 'response_format': {'type': 'json_schema', 'json_schema': {'name': 'a'}}",
                "modalities         | 'modalities': ['text', 'audio']",
                "audio              | 'audio': {'voice': 'alloy', 'format': 'wav'}",
                "web_search_options | 'web_search_options': {'search_context_size': 'low'}",
                "structured_outputs | 'structured_outputs': {'choice': ['a', 'b']}",
                "guided_json        | 'guided_json': {'type': 'object'}",
                "guided_regex       | 'guided_regex': 'a+'",
                "guided_choice      | 'guided_choice': ['a']",
                "guided_grammar     | 'guided_grammar': 'root ::= a'",
                "grammar            | 'grammar': 'root ::= a'",
                "json_schema        | 'json_schema': {'type': 'object'}",
                "bad_words          | 'bad_words': ['a']",
                "allowed_token_ids  | 'allowed_token_ids': [1]",
                "stop_token_ids     | 'stop_token_ids': [1]",
                "include_stop_str   | 'include_stop_str_in_output': true",
                "skip_special       | 'skip_special_tokens': false",
                "echo               | 'echo': true",
                "suffix             | 'suffix': 'The end.'",
                "best_of            | 'best_of': 2",
                "use_beam_search    | 'use_beam_search': true",
                "length_penalty     | 'length_penalty': 0.5",
                "typical_p          | 'typical_p': 0.5",
                "mirostat           | 'mirostat': 2",
                "dry_multiplier     | 'dry_multiplier': 0.8",
                "xtc_probability    | 'xtc_probability': 0.1",
                "prompt_logprobs    | 'prompt_logprobs': 1",
                "truncate_prompt    | 'truncate_prompt_tokens': 5",
                "chat_template      | 'chat_template': 'x'",
                "documents          | 'documents': [{'title': 'a'}]"
            })
    void whatWouldChangeTheAnswerAndIsNotThereIsRefusedByName(String param, String fields) throws Exception {
        String json = fields.replace('\'', '"');
        for (HttpResponse<String> response :
                List.of(post(CHAT, Problems.chat(1, json)), post(COMPLETIONS, "{" + PROMPT + ", " + json + "}"))) {
            assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
            JsonNode error = Api.error(response);
            assertThat(error.path("param").asString()).startsWith(param);
            assertThat(error.path("code").asString()).isEqualTo("unsupported_parameter");
            assertThat(error.path("type").asString()).isEqualTo("invalid_request_error");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "n              | 'n': 9",
                "n              | 'n': 2, 'guidance': {'mode': 'only'}",
                "top_logprobs   | 'top_logprobs': 3",
                "top_logprobs   | 'top_logprobs': 3, 'logprobs': false",
                "top_logprobs   | 'logprobs': true, 'top_logprobs': 21",
                "top_logprobs   | 'logprobs': true, 'top_logprobs': -1",
                "logprobs       | 'logprobs': 3",
                "stream_options | 'stream_options': {'include_usage': true}",
                "min_tokens     | 'max_tokens': 3, 'min_tokens': 4",
                "min_tokens     | 'max_completion_tokens': 3, 'max_tokens': 9, 'min_tokens': 4",
                "max_completion | 'max_completion_tokens': 0",
                "continue_final | 'continue_final_message': true, 'add_generation_prompt': true",
                "continue_final | 'continue_final_message': true",
                "continue_final | 'continue_final_message': 'yes'",
                "add_generation | 'add_generation_prompt': false"
            })
    void valuesOutOfRangeOrAgainstEachOtherAreRefused(String param, String fields) throws Exception {
        HttpResponse<String> response = post(CHAT, Problems.chat(1, fields.replace('\'', '"')));

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(Api.error(response).path("param").asString()).startsWith(param);
        assertThat(Api.error(response).path("code").asString()).isEqualTo("invalid_value");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "prompt   | 'prompt': ['a', 'b']",
                "prompt   | 'prompt': []",
                "prompt   | 'prompt': [1, 2]",
                "prompt   | 'prompt': ''",
                "prompt   | 'max_tokens': 1",
                "logprobs | 'prompt': 'a', 'logprobs': 21",
                "logprobs | 'prompt': 'a', 'logprobs': true"
            })
    void completionsTakeOneText(String param, String fields) throws Exception {
        HttpResponse<String> response = post(COMPLETIONS, "{" + fields.replace('\'', '"') + "}");

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(Api.error(response).path("param").asString()).startsWith(param);
    }

    @Test
    void aPromptMayStandInAnArray() throws Exception {
        String rest = ", \"temperature\": 0, \"guidance\": {\"mode\": \"off\"}}";

        assertThat(Api.success(post(COMPLETIONS, "{\"prompt\": [\"Tom has\"]" + rest))
                        .path("choices"))
                .isEqualTo(Api.success(post(COMPLETIONS, "{\"prompt\": \"Tom has\"" + rest))
                        .path("choices"));
    }

    @Test
    void theNewLimitOnTokensWins() throws Exception {
        JsonNode answer = chat("\"max_tokens\": 9", "\"max_completion_tokens\": 4", "\"ignore_eos\": true");

        assertThat(answer.path("usage").path("completion_tokens").asInt()).isEqualTo(4);
        assertThat(answer.path("choices").path(0).path("finish_reason").asString())
                .isEqualTo("length");
    }

    @Test
    void messagesMayHavePartsAndToolsMayHaveSpoken() throws Exception {
        JsonNode one = Api.success(
                post(CHAT, "{\"messages\": [{\"role\": \"user\", \"content\": \"1 + 1?\"}], \"temperature\": 0}"));
        JsonNode parts = Api.success(post(
                CHAT,
                "{\"messages\": [{\"role\": \"user\", \"name\": \"Tom\", \"content\": [{\"type\": \"text\", \"text\": \"1 \"},"
                        + " {\"type\": \"text\", \"text\": \"+ 1?\"}]}], \"temperature\": 0}"));
        assertThat(Api.text(parts)).isEqualTo(Api.text(one));
        assertThat(parts.path("usage").path("prompt_tokens"))
                .isEqualTo(one.path("usage").path("prompt_tokens"));

        Api.success(post(CHAT, """
                {"max_tokens": 3, "messages": [
                  {"role": "developer", "content": "Be brief."},
                  {"role": "user", "content": "1 + 1?"},
                  {"role": "assistant", "content": null, "tool_calls":
                    [{"id": "1", "type": "function", "function": {"name": "add", "arguments": "{}"}}]},
                  {"role": "tool", "tool_call_id": "1", "content": "2"},
                  {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
                  {"role": "user", "content": "Well?"}]}"""));
    }

    @Test
    void aFailureHasNoEndOfStream() throws Exception {
        HttpResponse<String> refused = post(CHAT, Problems.chat(1, "\"stream\": true", "\"n\": 0"));

        assertThat(refused.statusCode()).isEqualTo(400);
        Api.error(refused);
    }

    @Test
    void seedsRepeatEveryChoice() throws Exception {
        String[] fields = {"\"n\": 8", "\"seed\": -5", "\"temperature\": 2", "\"max_tokens\": 10"};
        JsonNode first = chat(fields);

        assertThat(chat(fields).path("choices")).isEqualTo(first.path("choices"));
        assertThat(IntStream.range(0, 8)
                        .mapToObj(
                                i -> first.path("choices").path(i).path("index").asInt()))
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    }
}
