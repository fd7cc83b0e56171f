package io.gkt.demo.training;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.decoder.Chunk;
import io.gkt.inference.decoder.Precision;
import io.gkt.inference.decoder.Slot;
import io.gkt.inference.generation.FinishReason;
import io.gkt.inference.generation.GenerationRequest;
import io.gkt.inference.generation.Sequence;
import io.gkt.inference.generation.StopMatcher;
import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.inference.tokenizer.Prompt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A model that continues many prompts at once, always with the likeliest token. */
final class GreedyModel implements AutoCloseable {

    private static final int ROWS = 32;
    private static final int CONTEXT_LENGTH = 256;

    private final LanguageModel model;

    private GreedyModel(LanguageModel model) {
        this.model = model;
    }

    /**
     * What follows a prompt.
     *
     * @param text without the end-of-text token
     * @param tokens how many were decoded, the end-of-text token included
     * @param ended whether the model ended the text itself
     */
    record Continuation(String text, int tokens, boolean ended) {}

    static GreedyModel load(Path directory, Precision precision) {
        return new GreedyModel(LanguageModel.load(directory, precision, ROWS, CONTEXT_LENGTH));
    }

    /**
     * @param maxTokens most tokens to decode for each prompt
     * @return one continuation a prompt, in order
     */
    List<Continuation> continueAll(List<String> prompts, int maxTokens) {
        var continuations = new ArrayList<Continuation>();
        for (int from = 0; from < prompts.size(); from += ROWS) {
            var rows = prompts.subList(from, Math.min(from + ROWS, prompts.size())).stream()
                    .map(prompt -> start(prompt, maxTokens))
                    .toList();
            decode(rows.stream().map(Row::sequence).toList());
            for (var row : rows) {
                continuations.add(row.continuation());
                model.decoder().slots().release(row.slot);
            }
        }
        return continuations;
    }

    private Row start(String prompt, int maxTokens) {
        int[] tokens = model.tokenizer().encode(Prompt.plain(prompt));
        var slot = model.decoder().slots().acquire(tokens).orElseThrow();
        var request = new GenerationRequest(tokens, tokens.length, maxTokens, SamplingParameters.GREEDY, false);
        return new Row(slot, new Sequence(model, request, slot, new StopMatcher(List.of())));
    }

    private void decode(List<Sequence> sequences) {
        var running = sequences;
        while (!running.isEmpty()) {
            List<Chunk> chunks = running.stream()
                    .map(sequence -> sequence.next(CONTEXT_LENGTH))
                    .toList();
            float[][] logits = model.decoder().step(chunks);
            for (int i = 0; i < logits.length; i++) {
                running.get(i).accept(logits[i]);
            }
            running = running.stream()
                    .filter(sequence -> sequence.finishReason().isEmpty())
                    .toList();
        }
    }

    @Override
    public void close() {
        model.close();
    }

    private record Row(Slot slot, Sequence sequence) {

        Continuation continuation() {
            return new Continuation(
                    sequence.drainText(),
                    sequence.completionTokens(),
                    sequence.finishReason().orElseThrow() == FinishReason.STOP);
        }
    }
}
