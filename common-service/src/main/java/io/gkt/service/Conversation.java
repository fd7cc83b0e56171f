package io.gkt.service;

import io.gkt.protocol.Message;
import java.util.List;

/**
 * Messages to be answered.
 *
 * @param messages              at least one
 * @param continuesFinalMessage whether the answer goes on with the last one, which is the assistant's, instead of
 *                              beginning a turn
 */
public record Conversation(List<Message> messages, boolean continuesFinalMessage) {

    private static final String ASSISTANT = "assistant";

    /**
     * Decides what a request leaves open: a last message from the assistant is the answer's beginning, as llama.cpp and
     * Anthropic take it. An empty one only begins a turn.
     *
     * @param messages             the request's messages, at least one
     * @param continueFinalMessage the request's {@code continue_final_message}; null if it does not say
     * @param addGenerationPrompt  vLLM's opposite of it; null if the request does not say
     * @return the conversation
     * @throws ApiException 400 if the two don't agree, a last message is to be continued that is not the assistant's,
     *                      or there is no message but an empty one of the assistant
     */
    public static Conversation of(List<Message> messages, Boolean continueFinalMessage, Boolean addGenerationPrompt) {
        boolean byAssistant = last(messages).role().equals(ASSISTANT);
        boolean continues = continueFinalMessage == null
                ? byAssistant && !Boolean.TRUE.equals(addGenerationPrompt)
                : continueFinalMessage;
        if (continues && Boolean.TRUE.equals(addGenerationPrompt)) {
            throw ApiException.invalid(
                    "continue_final_message", "continue_final_message and add_generation_prompt can't both be true.");
        }
        if (!continues && Boolean.FALSE.equals(addGenerationPrompt)) {
            throw ApiException.invalid(
                    "add_generation_prompt", "add_generation_prompt may be false only with continue_final_message.");
        }
        if (continues && !byAssistant) {
            throw ApiException.invalid(
                    "continue_final_message", "continue_final_message needs the last message to be the assistant's.");
        }
        if (!continues || !last(messages).content().isBlank()) {
            return new Conversation(messages, continues);
        }
        if (messages.size() == 1) {
            throw ApiException.invalid("messages", "There is no message to answer.");
        }
        return new Conversation(messages.subList(0, messages.size() - 1), false);
    }

    private static Message last(List<Message> messages) {
        return messages.get(messages.size() - 1);
    }

    /** @return what a request says whose reader is to decide the same; null if there is nothing to decide */
    public Boolean continueFinalMessage() {
        return last(messages).role().equals(ASSISTANT) ? continuesFinalMessage : null;
    }
}
