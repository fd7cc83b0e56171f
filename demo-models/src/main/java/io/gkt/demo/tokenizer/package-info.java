/**
 * Learns the two tokenizers of the demo models, unlike in kind and vocabulary, and writes them in the Hugging Face form.
 */
package io.gkt.demo.tokenizer;
