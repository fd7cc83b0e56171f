package io.gkt.student.openai;

import io.gkt.inference.sampling.TokenLogprobs;
import io.gkt.inference.tokenizer.Tokenizer;
import io.gkt.protocol.Usage;
import io.gkt.student.generation.Answer;
import io.gkt.student.generation.Piece;
import java.util.List;
import java.util.stream.IntStream;

/** Writes answers to conversations. */
record ChatWriter(Head head, Tokenizer tokenizer, boolean withLogprobs)
        implements AnswerWriter<ChatCompletion, ChatCompletionChunk> {

    @Override
    public ChatCompletion whole(Answer answer) {
        List<ChatCompletion.Choice> choices = IntStream.range(
                        0, answer.choices().size())
                .mapToObj(i -> whole(i, answer.choices().get(i)))
                .toList();
        return new ChatCompletion(
                head.id(),
                ChatCompletion.OBJECT,
                head.created(),
                head.model(),
                choices,
                head.fingerprint(),
                answer.usage(),
                GuidanceReport.of(answer));
    }

    private ChatCompletion.Choice whole(int index, Answer.Choice choice) {
        return new ChatCompletion.Choice(
                index,
                new ChatCompletion.Message(ChatCompletion.ASSISTANT, choice.text(), null),
                withLogprobs ? logprobs(choice.logprobs()) : null,
                choice.finishReason());
    }

    private ChatLogprobs logprobs(List<TokenLogprobs> entries) {
        return ChatLogprobs.of(entries, tokenizer);
    }

    @Override
    public ChatCompletionChunk opening(int choice) {
        return chunk(choice, new ChatCompletionChunk.Delta(ChatCompletion.ASSISTANT, ""), null, null, null);
    }

    @Override
    public ChatCompletionChunk piece(Piece piece) {
        return chunk(
                piece.choice(),
                new ChatCompletionChunk.Delta(null, piece.text()),
                piece.logprobs().isEmpty() ? null : logprobs(piece.logprobs()),
                null,
                GuidanceReport.by(piece.author()));
    }

    @Override
    public ChatCompletionChunk ending(int index, Answer.Choice choice, GuidanceReport report) {
        return chunk(index, new ChatCompletionChunk.Delta(null, null), null, choice.finishReason(), report);
    }

    @Override
    public ChatCompletionChunk usage(Usage usage) {
        return chunk(List.of(), usage, null);
    }

    private ChatCompletionChunk chunk(
            int index,
            ChatCompletionChunk.Delta delta,
            ChatLogprobs logprobs,
            String finishReason,
            GuidanceReport report) {
        return chunk(List.of(new ChatCompletionChunk.Choice(index, delta, logprobs, finishReason)), null, report);
    }

    private ChatCompletionChunk chunk(List<ChatCompletionChunk.Choice> choices, Usage usage, GuidanceReport report) {
        return new ChatCompletionChunk(
                head.id(),
                ChatCompletionChunk.OBJECT,
                head.created(),
                head.model(),
                choices,
                head.fingerprint(),
                usage,
                report);
    }
}
