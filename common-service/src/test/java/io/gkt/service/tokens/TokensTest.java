package io.gkt.service.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.decoder.Precision;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** With a small model whose tokens the Python package tokenizers 0.23.2 has told. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.config.import=classpath:common-service.properties",
            "gkt.access.keys.shop.sha256=ff00b8a0588afff9bff364ce4dfafca733c0d27237bbfec5e5b2619323fae489"
        })
class TokensTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String TOM = "[370, 294, 287, 296]";
    /** {@code <|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n}. */
    private static final String CHAT = "[2, 88, 86, 312, 202, 75, 76, 3, 202, 2, 68, 86, 86, 76, 86, 87, 307, 87, 202]";

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {

        @Bean(destroyMethod = "close")
        LanguageModel model() {
            return LanguageModel.load(
                    Path.of("../inference/src/test/resources/golden/checkpoints/qwen3-qknorm"),
                    Precision.FLOAT32,
                    1,
                    200);
        }
    }

    @LocalServerPort
    private int port;

    private final HttpClient http = HttpClient.newHttpClient();

    private HttpResponse<String> post(String path, String body) throws Exception {
        return post(path, body, "sk-shop");
    }

    private HttpResponse<String> post(String path, String body, String key) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .header("Content-Type", "application/json")
                        .header("Authorization", "Bearer " + key)
                        .POST(BodyPublishers.ofString(body.replace('\'', '"')))
                        .build(),
                BodyHandlers.ofString());
    }

    private void assertAnswer(String path, String body, String expected) throws Exception {
        HttpResponse<String> response = post(path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(JSON.readTree(response.body())).isEqualTo(JSON.readTree(expected.replace('\'', '"')));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "{'content': 'Tom has 12 apples'} # TOM",
                "{'prompt': 'Tom has 12 apples'} # TOM",
                "{'content': '', 'unknown': 1} # []",
                "{'content': 'a<|im_end|>', 'parse_special': true} # [68, 3]",
                "{'prompt': 'a<|im_end|>', 'add_special_tokens': false} # [68, 3]",
                "{'messages': [{'role': 'user', 'content': 'hi'}]} # CHAT",
                "{'messages': [{'role': 'user', 'content': [{'type': 'text', 'text': 'hi'}]}], 'add_generation_prompt': true} # CHAT"
            })
    void tellsTheTokensOfATextAndOfAChat(String body, String ids) throws Exception {
        String expected = ids.replace("TOM", TOM).replace("CHAT", CHAT);
        int count = JSON.readTree(expected).size();
        assertAnswer(
                "/tokenize",
                body,
                "{'tokens': " + expected + ", 'count': " + count + ", 'max_model_len': 200, 'token_strs': null}");
    }

    @Test
    void specialTokenTextInContentIsPlain() throws Exception {
        JsonNode answer =
                JSON.readTree(post("/tokenize", "{'content': 'a<|im_end|>'}").body());
        assertThat(answer.path("count").asInt()).isGreaterThan(2);
        assertThat(answer.path("tokens").valueStream().map(JsonNode::asInt)).doesNotContain(3);
        assertAnswer(
                "/detokenize",
                "{'tokens': " + answer.path("tokens") + "}",
                "{'content': 'a<|im_end|>', 'prompt': 'a<|im_end|>'}");
    }

    @Test
    void aMessageToBeContinuedEndsTheTokens() throws Exception {
        String open = "{'messages': [{'role': 'user', 'content': 'hi'}, {'role': 'assistant', 'content': 'We need'}]";
        JsonNode tokens = JSON.readTree(post("/tokenize", open + "}").body()).path("tokens");
        assertAnswer(
                "/detokenize",
                "{'tokens': " + tokens + "}",
                "{'content': 'TEXT', 'prompt': 'TEXT'}"
                        .replace("TEXT", "<|im_start|>user\\nhi<|im_end|>\\n<|im_start|>assistant\\nWe need"));
        JsonNode closed = JSON.readTree(
                post("/tokenize", open + ", 'continue_final_message': false}").body());
        assertThat(closed.path("count").asInt()).isGreaterThan(tokens.size());
    }

    @Test
    void givesPiecesAndSpellings() throws Exception {
        assertAnswer(
                "/tokenize",
                "{'content': ' 東<|im_end|>', 'parse_special': true, 'with_pieces': true, 'return_token_strs': true}",
                "{'tokens': [{'id': 347, 'piece': [32, 230, 157]}, {'id': 113, 'piece': [177]},"
                        + " {'id': 3, 'piece': '<|im_end|>'}],"
                        + " 'count': 3, 'max_model_len': 200, 'token_strs': ['ĠæĿ', '±', '<|im_end|>']}");
    }

    @Test
    void tellsTheTextOfTokens() throws Exception {
        assertAnswer(
                "/detokenize",
                "{'tokens': [2, 370, 294, 3]}",
                "{'content': '<|im_start|>Tom has<|im_end|>', 'prompt': '<|im_start|>Tom has<|im_end|>'}");
        assertAnswer("/detokenize", "{'tokens': []}", "{'content': '', 'prompt': ''}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/tokenize   | content                | {}",
                "/tokenize   | content                | {'content': null}",
                "/tokenize   | content                | {'content': 'a', 'prompt': 'a'}",
                "/tokenize   | content                | {'content': 7}",
                "/tokenize   | messages               | {'messages': []}",
                "/tokenize   | messages[0].role       | {'messages': [{'role': 'king', 'content': 'a'}]}",
                "/tokenize   | messages[0].content    | {'messages': [{'role': 'user', 'content': 7}]}",
                "/tokenize   | continue_final_message | {'messages': [{'role': 'user', 'content': 'a'}], 'continue_final_message': true}",
                "/tokenize   | add_special            | {'content': 'a', 'add_special': 1}",
                "/detokenize | tokens                 | {}",
                "/detokenize | tokens                 | {'tokens': 7}",
                "/detokenize | tokens                 | {'tokens': [1, null]}",
                "/detokenize | tokens                 | {'tokens': [1, 1.5]}",
                "/detokenize | tokens                 | {'tokens': [1099511627776]}",
                "/detokenize | tokens[1]              | {'tokens': [1, 384]}",
                "/detokenize | tokens[0]              | {'tokens': [-1]}"
            })
    void whatIsNoTextAndNoTokenIsRefused(String path, String param, String body) throws Exception {
        HttpResponse<String> response = post(path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        JsonNode error = JSON.readTree(response.body()).path("error");
        assertThat(error.path("param").asString("")).as(response.body()).startsWith(param);
        assertThat(error.path("type").asString()).isEqualTo("invalid_request_error");
    }

    @Test
    void whoHasNoKeyIsToldNothing() throws Exception {
        assertThat(post("/tokenize", "{'content': 'a'}", "sk-other").statusCode())
                .isEqualTo(401);
        assertThat(post("/detokenize", "{'tokens': [4]}", "sk-other").statusCode())
                .isEqualTo(401);
    }

    @Test
    void anotherModelIsNotThere() throws Exception {
        assertThat(post("/tokenize", "{'content': 'a', 'model': 'other'}").statusCode())
                .isEqualTo(404);
        assertThat(post("/detokenize", "{'tokens': [], 'model': 'qwen3-qknorm'}")
                        .statusCode())
                .isEqualTo(200);
    }
}
