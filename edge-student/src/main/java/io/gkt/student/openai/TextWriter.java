package io.gkt.student.openai;

import io.gkt.inference.sampling.TokenLogprobs;
import io.gkt.inference.tokenizer.Tokenizer;
import io.gkt.protocol.Usage;
import io.gkt.student.generation.Answer;
import io.gkt.student.generation.Piece;
import java.util.List;
import java.util.stream.IntStream;

/** Writes texts that go on. */
final class TextWriter implements AnswerWriter<TextCompletion, TextCompletionChunk> {

    private final Head head;
    private final Tokenizer tokenizer;
    private final boolean withLogprobs;
    /** Characters of each choice whose logprobs are written. */
    private final int[] written;

    TextWriter(Head head, Tokenizer tokenizer, boolean withLogprobs, int choices) {
        this.head = head;
        this.tokenizer = tokenizer;
        this.withLogprobs = withLogprobs;
        this.written = new int[choices];
    }

    @Override
    public TextCompletion whole(Answer answer) {
        List<TextCompletion.Choice> choices = IntStream.range(
                        0, answer.choices().size())
                .mapToObj(i -> whole(i, answer.choices().get(i)))
                .toList();
        return new TextCompletion(
                head.id(),
                TextCompletion.OBJECT,
                head.created(),
                head.model(),
                choices,
                head.fingerprint(),
                answer.usage(),
                GuidanceReport.of(answer));
    }

    private TextCompletion.Choice whole(int index, Answer.Choice choice) {
        return new TextCompletion.Choice(
                index, choice.text(), withLogprobs ? logprobs(index, choice.logprobs()) : null, choice.finishReason());
    }

    private TextLogprobs logprobs(int index, List<TokenLogprobs> entries) {
        int before = written[index];
        written[index] += TextLogprobs.characters(entries, tokenizer);
        return TextLogprobs.of(entries, before, tokenizer);
    }

    @Override
    public TextCompletionChunk opening(int choice) {
        return chunk(choice, "", null, null, null);
    }

    @Override
    public TextCompletionChunk piece(Piece piece) {
        return chunk(
                piece.choice(),
                piece.text(),
                piece.logprobs().isEmpty() ? null : logprobs(piece.choice(), piece.logprobs()),
                null,
                GuidanceReport.by(piece.author()));
    }

    @Override
    public TextCompletionChunk ending(int index, Answer.Choice choice, GuidanceReport report) {
        return chunk(index, "", null, choice.finishReason(), report);
    }

    @Override
    public TextCompletionChunk usage(Usage usage) {
        return chunk(List.of(), usage, null);
    }

    private TextCompletionChunk chunk(
            int index, String text, TextLogprobs logprobs, String finishReason, GuidanceReport report) {
        return chunk(List.of(new TextCompletionChunk.Choice(index, text, logprobs, finishReason)), null, report);
    }

    private TextCompletionChunk chunk(List<TextCompletionChunk.Choice> choices, Usage usage, GuidanceReport report) {
        return new TextCompletionChunk(
                head.id(),
                TextCompletion.OBJECT,
                head.created(),
                head.model(),
                choices,
                head.fingerprint(),
                usage,
                report);
    }
}
