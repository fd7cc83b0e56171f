/** Measures the engine, the pair and the services beside their alternatives: one command, one run, ratios. */
package io.gkt.benchmark;
