package io.gkt.inference.batch;

/**
 * What is left to do for one sequence.
 *
 * @param prompt tokens of its prompt that have to be computed
 * @param tokens that it still gets, more than 0
 * @param left   nanoseconds until its deadline; infinite if it has none
 */
public record Work(double prompt, double tokens, double left) {}
