package io.gkt.inference.decoder;

/**
 * One row of a step: new tokens of one sequence.
 *
 * @param slot   where the sequence's earlier keys and values are, and where those of the new tokens go
 * @param tokens token ids that follow those in the slot; at least one
 */
public record Chunk(Slot slot, int[] tokens) {}
