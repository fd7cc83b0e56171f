package io.gkt.service.tokens;

/**
 * What {@code POST /detokenize} gives.
 *
 * @param content the text, special tokens spelled out; where llama.cpp has it
 * @param prompt  the same where vLLM has it
 */
record DetokenizeResponse(String content, String prompt) {}
