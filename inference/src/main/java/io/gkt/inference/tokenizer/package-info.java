/**
 * Text to token ids and back: Hugging Face tokenizers, prompts in which user content can never become a control token,
 * and detokenization of a running generation.
 */
package io.gkt.inference.tokenizer;
