package io.gkt.service;

import io.gkt.protocol.Message;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A message as clients send it.
 *
 * @param role      who speaks
 * @param content   a string, or an array of {@code {"type": "text", "text": ...}}; may be null beside tool calls
 * @param toolCalls calls that an assistant of another kind made earlier; they are told as text
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record ChatMessageParam(
        @NotNull @Pattern(
                regexp = "system|developer|user|assistant|tool",
                message = "must be system, developer, user, assistant or tool")
        String role,

        JsonNode content,
        List<JsonNode> toolCalls) {

    /**
     * @param messages a conversation
     * @return its messages in plain text
     * @throws ApiException 400 if the content of one is anything else
     */
    public static List<Message> plain(List<ChatMessageParam> messages) {
        return IntStream.range(0, messages.size())
                .mapToObj(i -> messages.get(i).plain(i))
                .toList();
    }

    private Message plain(int index) {
        String calls = calls("messages[" + index + "].tool_calls");
        boolean silent = content == null || content.isNull();
        if (silent && !calls.isEmpty()) {
            return new Message(role, calls);
        }
        String said = said("messages[" + index + "].content");
        return new Message(role, calls.isEmpty() ? said : said + "\n" + calls);
    }

    private String calls(String param) {
        StringJoiner calls = new StringJoiner("\n");
        if (toolCalls != null && !toolCalls.stream().allMatch(call -> call != null && call.isObject())) {
            throw ApiException.invalid(param, param + " must be an array of objects.");
        }
        if (role.equals("assistant") && toolCalls != null) {
            toolCalls.stream()
                    .filter(call -> call.has("function"))
                    .forEach(call -> calls.add(call.path("function").toString()));
        }
        return calls.toString();
    }

    private String said(String param) {
        if (content != null && content.isString()) {
            return content.stringValue();
        }
        if (content == null || !content.isArray() || content.isEmpty()) {
            throw ApiException.invalid(param, param + " must be a string or an array of text parts.");
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < content.size(); i++) {
            text.append(text(content.get(i), param + "[" + i + "]"));
        }
        return text.toString();
    }

    /** Parts are {@code text}, or in an assistant's message {@code refusal}: the text is in the field of that name. */
    private String text(JsonNode part, String param) {
        String type = part.path("type").asString("");
        JsonNode text = part.path(type);
        boolean known = type.equals("text") || type.equals("refusal") && role.equals("assistant");
        if (!known || !text.isString()) {
            throw ApiException.invalid(
                    param, "Only text parts are supported: {\"type\": \"text\", \"text\": \"...\"}.");
        }
        return text.stringValue();
    }
}
