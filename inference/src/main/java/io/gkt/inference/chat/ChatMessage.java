package io.gkt.inference.chat;

/**
 * One turn of a conversation.
 *
 * @param role who speaks, usually {@code system}, {@code user} or {@code assistant}; the template decides what it takes
 * @param content what is said
 */
public record ChatMessage(String role, String content) {}
