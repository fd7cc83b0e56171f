/** Writes checkpoints as GGUF files, so that llama.cpp runs the very same weights. */
package io.gkt.benchmark.gguf;
