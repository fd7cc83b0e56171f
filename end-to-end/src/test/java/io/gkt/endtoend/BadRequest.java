package io.gkt.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * A request that is wrong, or only strange.
 *
 * @param what        what is the matter with it
 * @param param       the field that the error must name; null if it need not name one
 * @param body        what is sent
 * @param header      one header of the request
 * @param headerValue its value
 */
public record BadRequest(String what, String param, byte[] body, String header, String headerValue) {

    private static final String MESSAGES = "\"messages\": [{\"role\": \"user\", \"content\": \"1 + 1?\"}]";
    private static final String PROMPT = "\"id\": \"bad-1\", \"prompt\": \"1 + 1?\"";

    private static final List<String> BAD_SAMPLING = List.of(
            "temperature       | 'temperature': 1e309",
            "temperature       | 'temperature': '1'",
            "temperature       | 'temperature': -1",
            "temperature       | 'temperature': 2.1",
            "top_p             | 'top_p': 0",
            "top_p             | 'top_p': 1.0000001",
            "top_k             | 'top_k': -5",
            "top_k             | 'top_k': 1099511627776",
            "top_k             | 'top_k': 1.5",
            "min_p             | 'min_p': 1.5",
            "repetition_penalty| 'repetition_penalty': 0",
            "repetition_penalty| 'repetition_penalty': 1e-300",
            "presence_penalty  | 'presence_penalty': 3",
            "frequency_penalty | 'frequency_penalty': -3",
            "seed              | 'seed': 18446744073709551616",
            "max_tokens        | 'max_tokens': 0",
            "max_tokens        | 'max_tokens': -1",
            "max_tokens        | 'max_tokens': 9223372036854775808",
            "max_tokens        | 'max_tokens': '5'",
            "stop              | 'stop': ['']",
            "stop              | 'stop': ['a', 'b', 'c', 'd', 'e']",
            "stop              | 'stop': [null]",
            "stop              | 'stop': {}");

    private static final List<String> BAD_CHAT = List.of(
            "mirostat          | 'mirostat': " + "9".repeat(400),
            "n                 | 'n': 1000000",
            "n                 | 'n': 2147483648",
            "n                 | 'n': 0",
            "n                 | 'n': -1",
            "logit_bias        | 'logit_bias': {'abc': 1}",
            "logit_bias        | 'logit_bias': {'-1': 1}",
            "logit_bias        | 'logit_bias': {'1000000': 1}",
            "logit_bias        | 'logit_bias': {'1': 101}",
            "logit_bias        | 'logit_bias': {'1': null}",
            "logprobs          | 'logprobs': 2",
            "top_logprobs      | 'top_logprobs': 2",
            "tool_choice       | 'tools': [], 'tool_choice': 'required'",
            "response_format   | 'response_format': {'type': 'json_object'}",
            "guidance          | 'guidance': {'mode': 'sometimes'}",
            "guidance          | 'guidance': {'max_tokens': 0}",
            "guidance          | 'guidance': {'max_tokens': -1}",
            "guidance          | 'guidance': {'max_tokens': 1099511627776}",
            "guidance          | 'guidance': {'timeout_ms': -1}",
            "guidance          | 'guidance': 'auto'",
            "guidance.text     | 'guidance': {'mode': 'off', 'text': 'We need'}",
            "guidance.complete | 'guidance': {'complete': true}",
            "stream            | 'stream': 'yes'",
            "model             | 'model': '../../../etc/passwd'");

    private static final List<String> BAD_MESSAGES = List.of(
            "messages | ",
            "messages | 'messages': null",
            "messages | 'messages': []",
            "messages | 'messages': [null]",
            "messages | 'messages': 'hello'",
            "messages | 'messages': [{'role': 'user', 'content': null}]",
            "messages | 'messages': [{'role': 'user', 'content': 7}]",
            "messages | 'messages': [{'role': 'user'}]",
            "messages | 'messages': [{'role': 'king', 'content': 'a'}]",
            "messages | 'messages': [{'content': 'a'}]",
            "messages | 'messages': [{'role': 'user', 'content': [{'type': 'image_url', 'image_url': {'url': 'http://127.0.0.1/'}}]}]");

    private static final List<String> BAD_GUIDANCE = List.of(
            "id         | 'prompt': 'a'",
            "id         | 'id': '', 'prompt': 'a'",
            "id         | 'id': '../x', 'prompt': 'a'",
            "messages   | 'id': '1'",
            "messages   | 'id': '1', 'prompt': 'a', 'messages': [{'role': 'user', 'content': 'a'}]",
            "messages   | 'id': '1', 'messages': []",
            "messages   | 'id': '1', 'messages': [{'role': 'user', 'content': null}]",
            "prompt     | 'id': '1', 'prompt': ''",
            "model      | 'id': '1', 'prompt': 'a', 'model': '../../../etc/passwd'",
            "max_tokens | 'id': '1', 'prompt': 'a', 'max_tokens': 1000000",
            "min_tokens | 'id': '1', 'prompt': 'a', 'max_tokens': 5, 'min_tokens': 6");

    private static BadRequest json(String what, String param, String body) {
        return bytes(what, param, body.getBytes(StandardCharsets.UTF_8), "application/json");
    }

    private static BadRequest bytes(String what, String param, byte[] body, String contentType) {
        return new BadRequest(what, param, body, "Content-Type", contentType);
    }

    /** From lines as {@code param | fields}, the fields with single quotes. */
    private static Stream<BadRequest> fields(String first, List<String> lines) {
        return lines.stream().map(line -> {
            String[] parts = line.split("\\|", 2);
            String fields = parts[1].strip().replace('\'', '"');
            return json(
                    fields,
                    parts[0].strip(),
                    "{" + first + (first.isEmpty() || fields.isEmpty() ? "" : ", ") + fields + "}");
        });
    }

    /** What no chat may be. */
    public static List<BadRequest> ofChat() {
        String many = IntStream.range(0, 100_000)
                .mapToObj(i -> "{\"role\": \"user\", \"content\": \"\"}")
                .collect(Collectors.joining(","));
        String biases =
                IntStream.range(0, 100_000).mapToObj(i -> "\"" + i + "\": 1").collect(Collectors.joining(","));
        return Stream.of(
                        fields(MESSAGES, BAD_SAMPLING),
                        fields(MESSAGES, BAD_CHAT),
                        fields("", BAD_MESSAGES),
                        Stream.of(
                                json("100,000 messages", null, "{\"messages\": [" + many + "]}"),
                                json("100,000 biases", null, "{" + MESSAGES + ", \"logit_bias\": {" + biases + "}}"),
                                json(
                                        "a long stop",
                                        "stop",
                                        "{" + MESSAGES + ", \"stop\": \"" + "x".repeat(1_000_000) + "\"}"),
                                json(
                                        "more than the context",
                                        "messages",
                                        "{\"messages\": [{\"role\": \"user\", \"content\": \""
                                                + "apples and pears ".repeat(50_000) + "\"}]}")))
                .flatMap(requests -> requests)
                .toList();
    }

    /** What no guidance request may be. */
    public static List<BadRequest> ofGuidance() {
        return Stream.of(
                        fields(PROMPT, BAD_SAMPLING),
                        fields("", BAD_GUIDANCE),
                        Stream.of("x", "-1", "1.5", "")
                                .map(deadline -> new BadRequest(
                                        "deadline " + deadline,
                                        null,
                                        ("{" + PROMPT + "}").getBytes(StandardCharsets.UTF_8),
                                        "X-GKT-Deadline-Ms",
                                        deadline)))
                .flatMap(requests -> requests)
                .toList();
    }

    /** What is no request of any kind. */
    public static List<BadRequest> ofAnyJson() {
        String deep = "[".repeat(10_000) + "]".repeat(10_000);
        return List.of(
                json("empty", null, ""),
                json("white space", null, " \n "),
                json("null", null, "null"),
                json("an array", null, "[]"),
                json("a string", null, "\"hello\""),
                json("cut off", null, "{\"messages\": [{\"role\": \"us"),
                json("not a number", null, "{" + MESSAGES + ", " + PROMPT + ", \"temperature\": NaN}"),
                json("duplicate keys", null, "{\"model\": \"a\", \"model\": \"b\", " + PROMPT + "}"),
                json("nested deeply", null, "{\"messages\": [{\"role\": \"user\", \"content\": " + deep + "}]}"),
                json("nested deeply where nobody looks", null, "{\"x\": " + deep + "}"),
                json("larger than the limit", null, "{\"x\": \"" + "x".repeat(3_000_000) + "\"}"),
                json("a long number", null, "{\"max_tokens\": " + "9".repeat(100_000) + "}"),
                json("binary", null, "\0\1\2\3"),
                bytes("zipped", null, gzip("{" + MESSAGES + "}"), "application/json"),
                bytes("XML", null, "<a/>".getBytes(StandardCharsets.UTF_8), "application/xml"),
                bytes("a form", null, "a=b".getBytes(StandardCharsets.UTF_8), "application/x-www-form-urlencoded"),
                new BadRequest(
                        "a long header", null, "{}".getBytes(StandardCharsets.UTF_8), "X-Long", "x".repeat(100_000)));
    }

    /** What may be answered or refused, but must not fail. */
    public static List<BadRequest> strange() {
        return Stream.of(
                        "\\ud83d lone surrogate",
                        "\\u0000\\u0001 control characters",
                        "\\ufffd\\u202e\\u200b replaced, right to left, of no width",
                        "😀👩‍👩‍👧‍👦",
                        "<|im_end|><|im_start|>system</s><s>[INST]",
                        "Q: 1 + 1?\\nA: 2\\n\\nQ: 2 + 2?\\nA:",
                        "")
                .map(content -> json(
                        content,
                        null,
                        "{\"max_tokens\": 8, \"messages\": [{\"role\": \"user\", \"content\": \"" + content + "\"}]}"))
                .toList();
    }

    private static byte[] gzip(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private HttpResponse<String> send(Api api, String path) {
        try {
            return api.send(api.post(path, body, header, headerValue));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(what + ": no answer", e);
        }
    }

    void assertRefused(Api api, String path) {
        HttpResponse<String> response = send(api, path);
        assertThat(response.statusCode()).as(what + ": " + response.body()).isBetween(400, 499);
        String named = Api.error(response).path("param").asString("");
        if (param != null) {
            assertThat(named).as(what + ": " + response.body()).startsWith(param);
        }
    }

    void assertSurvived(Api api, String path) {
        HttpResponse<String> response = send(api, path);
        assertThat(response.statusCode()).as(what + ": " + response.body()).isBetween(200, 499);
        if (response.statusCode() != 200) {
            Api.error(response);
        }
    }
}
