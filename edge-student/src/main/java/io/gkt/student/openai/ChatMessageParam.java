package io.gkt.student.openai;

import io.gkt.protocol.Message;
import io.gkt.service.ApiException;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * A message as clients send it.
 *
 * @param role    who speaks
 * @param content a string, or an array of {@code {"type": "text", "text": ...}}
 */
record ChatMessageParam(
        @NotNull @Pattern(
                regexp = "system|developer|user|assistant|tool",
                message = "must be system, developer, user, assistant or tool")
        String role,

        JsonNode content) {

    /**
     * @param index place in the conversation, for errors
     * @return the message in plain text
     * @throws ApiException 400 if its content is anything else
     */
    Message toMessage(int index) {
        String param = "messages[" + index + "].content";
        if (content != null && content.isString()) {
            return new Message(role, content.asString());
        }
        if (content == null || !content.isArray()) {
            throw ApiException.invalid(param, param + " must be a string or an array of text parts.");
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < content.size(); i++) {
            JsonNode part = content.get(i);
            if (!part.path("type").asString("").equals("text")
                    || !part.path("text").isString()) {
                throw ApiException.invalid(
                        param + "[" + i + "]",
                        "Only text parts are supported: {\"type\": \"text\", \"text\": \"...\"}.");
            }
            text.append(part.path("text").asString());
        }
        return new Message(role, text.toString());
    }
}
