package io.gkt.demo.training;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.gkt.inference.checkpoint.ModelConfig;
import io.gkt.inference.decoder.Chunk;
import io.gkt.inference.decoder.Decoder;
import io.gkt.inference.decoder.Slot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A model directory that continues many prompts at once, always with the likeliest token. */
final class GreedyModel implements AutoCloseable {

    private static final int ROWS = 32;
    private static final int CONTEXT_LENGTH = 256;

    private final HuggingFaceTokenizer tokenizer;
    private final Decoder decoder;

    private GreedyModel(HuggingFaceTokenizer tokenizer, Decoder decoder) {
        this.tokenizer = tokenizer;
        this.decoder = decoder;
    }

    /**
     * What follows a prompt.
     *
     * @param text without the end-of-text token
     * @param tokens how many were decoded, the end-of-text token included
     * @param ended whether the model ended the text itself
     */
    record Continuation(String text, int tokens, boolean ended) {}

    static GreedyModel load(Path directory) throws IOException {
        var tokenizer = HuggingFaceTokenizer.newInstance(
                directory.resolve("tokenizer.json"), Map.of("truncation", "false", "padding", "false"));
        return new GreedyModel(tokenizer, Decoder.load(directory, ModelConfig.read(directory), ROWS, CONTEXT_LENGTH));
    }

    /**
     * @param maxTokens most tokens to decode for each prompt
     * @return one continuation a prompt, in order
     */
    List<Continuation> continueAll(List<String> prompts, int maxTokens) {
        var continuations = new ArrayList<Continuation>();
        for (int from = 0; from < prompts.size(); from += ROWS) {
            var rows = prompts.subList(from, Math.min(from + ROWS, prompts.size())).stream()
                    .map(prompt -> new Row(encode(prompt)))
                    .toList();
            decode(rows, maxTokens);
            rows.forEach(row -> continuations.add(new Continuation(
                    tokenizer.decode(
                            row.decoded.stream().mapToLong(Integer::longValue).toArray(), true),
                    row.decoded.size(),
                    row.ended)));
        }
        return continuations;
    }

    private void decode(List<Row> rows, int maxTokens) {
        while (true) {
            var running = rows.stream()
                    .filter(row -> !row.ended && row.decoded.size() < maxTokens && row.slot.length() < CONTEXT_LENGTH)
                    .toList();
            if (running.isEmpty()) {
                break;
            }
            float[][] logits = decoder.step(
                    running.stream().map(row -> new Chunk(row.slot, row.next)).toList());
            for (int i = 0; i < logits.length; i++) {
                running.get(i).append(likeliest(logits[i]), decoder.config());
            }
        }
        rows.forEach(row -> decoder.slots().release(row.slot));
    }

    private int[] encode(String prompt) {
        return Arrays.stream(tokenizer.encode(prompt, false, false).getIds())
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }

    @Override
    public void close() {
        decoder.close();
        tokenizer.close();
    }

    private final class Row {
        private final Slot slot;
        private final List<Integer> decoded = new ArrayList<>();
        private int[] next;
        private boolean ended;

        Row(int[] prompt) {
            slot = decoder.slots().acquire(prompt).orElseThrow();
            next = Arrays.copyOfRange(prompt, slot.length(), prompt.length);
        }

        void append(int token, ModelConfig config) {
            decoded.add(token);
            next = new int[] {token};
            ended = config.endOfSequence().contains(token);
        }
    }
}
