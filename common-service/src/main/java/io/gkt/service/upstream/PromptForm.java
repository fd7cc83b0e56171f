package io.gkt.service.upstream;

/** How an upstream server gets a prompt. */
public enum PromptForm {
    /** As messages, to {@code /v1/chat/completions}: the server has the chat template. */
    MESSAGES,
    /** As text, to {@code /v1/completions}: the server has the tokenizer. */
    TEXT,
    /** As token ids, to {@code /v1/completions}: special-token text of users stays text, and nothing is added. */
    TOKENS
}
