package io.gkt.student.generation;

import io.gkt.inference.sampling.TokenLogprobs;
import java.util.List;

/**
 * What a choice has become longer by.
 *
 * @param choice   which one, from 0
 * @param author   who wrote it
 * @param text     empty only where the last tokens of a choice have logprobs but no text
 * @param logprobs of the choice's next tokens, where asked for. Those of guidance come with the student's first piece,
 *                 who has to read it first, and those of a held-back token with the piece that lets it go
 */
public record Piece(int choice, Author author, String text, List<TokenLogprobs> logprobs) {}
