package io.gkt.inference.chat;

import java.util.Objects;

/**
 * One turn of a conversation.
 *
 * @param role who speaks, usually {@code system}, {@code user} or {@code assistant}; the template decides what it takes
 * @param content what is said
 */
public record ChatMessage(String role, String content) {
    public ChatMessage {
        Objects.requireNonNull(role, "a chat message needs a role");
        Objects.requireNonNull(content, "a chat message needs a content");
    }
}
