package io.gkt.evaluation.accuracy;

/**
 * A question of a dataset.
 *
 * @param id       names it in all files of results, as {@code gsm8k-17}: the dataset and the line, from 1
 * @param question what is asked, with the choices if there are any
 * @param expected the right answer: a number without separators, or the letter of a choice
 */
public record Example(String id, String question, String expected) {}
