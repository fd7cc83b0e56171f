package io.gkt.benchmark.engine;

import io.gkt.inference.checkpoint.ModelConfig;
import io.gkt.inference.decoder.Chunk;
import io.gkt.inference.decoder.Decoder;
import io.gkt.inference.decoder.Precision;
import io.gkt.inference.decoder.Slot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Ours: one {@link Decoder#step} a step, the logits' copy to Java included. */
public final class DecoderEngine implements Engine {

    private static final int MOST_TOKENS_OF_A_PROMPT = 256;

    private final Decoder decoder;
    private final List<Slot> slots = new ArrayList<>();
    private float[][] logits;

    private DecoderEngine(Decoder decoder) {
        this.decoder = decoder;
        while (decoder.slots().available() > 0) {
            slots.add(decoder.slots().acquire(new int[] {0}).orElseThrow());
        }
    }

    /**
     * @param checkpoint    a Hugging Face model directory
     * @param precision     of the matrices
     * @param rows          sequences at once
     * @param contextLength longest sequence in tokens
     * @return the engine, ready
     */
    public static DecoderEngine load(Path checkpoint, Precision precision, int rows, int contextLength) {
        return new DecoderEngine(
                Decoder.load(checkpoint, ModelConfig.read(checkpoint), precision, rows, contextLength));
    }

    @Override
    public void fill(int rows, int[] tokens) {
        int[][] all = new int[rows][];
        Arrays.fill(all, tokens);
        step(all);
    }

    /**
     * Appends tokens to one row alone, in several steps if they are many, as the services do.
     *
     * @param row    which
     * @param tokens ids, at least one
     */
    public void append(int row, int[] tokens) {
        for (int begin = 0; begin < tokens.length; begin += MOST_TOKENS_OF_A_PROMPT) {
            int end = Math.min(tokens.length, begin + MOST_TOKENS_OF_A_PROMPT);
            logits = decoder.step(List.of(new Chunk(slots.get(row), Arrays.copyOfRange(tokens, begin, end))));
        }
    }

    @Override
    public void truncate(int row, int length) {
        slots.get(row).truncate(length);
    }

    @Override
    public void step(int[][] tokens) {
        if (tokens.length == 1) {
            append(0, tokens[0]);
            return;
        }
        List<Chunk> chunks = new ArrayList<>(tokens.length);
        for (int row = 0; row < tokens.length; row++) {
            chunks.add(new Chunk(slots.get(row), tokens[row]));
        }
        logits = decoder.step(chunks);
    }

    @Override
    public float[] logits(int row) {
        return logits[row];
    }

    @Override
    public void close() {
        decoder.close();
    }
}
