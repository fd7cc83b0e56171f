/** Measures decode and prefill beside llama.cpp with the same weights, and beside what the machine allows at most. */
package io.gkt.benchmark.engine;
