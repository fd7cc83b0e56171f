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
     * Appends tokens to one row alone.
     *
     * @param row    which
     * @param tokens ids, at least one
     */
    public void append(int row, int[] tokens) {
        decoder.step(List.of(new Chunk(slots.get(row), tokens)));
    }

    @Override
    public void truncate(int row, int length) {
        slots.get(row).truncate(length);
    }

    /** A prompt that is alone takes several steps if it is long, as it does in the services. */
    @Override
    public void step(int[][] tokens) {
        int most = tokens.length == 1 ? MOST_TOKENS_OF_A_PROMPT : Integer.MAX_VALUE;
        for (long next = 0; next < tokens[0].length; next += most) {
            int begin = (int) next;
            List<Chunk> chunks = new ArrayList<>(tokens.length);
            for (int row = 0; row < tokens.length; row++) {
                int end = (int) Math.min(tokens[row].length, next + most);
                chunks.add(new Chunk(slots.get(row), Arrays.copyOfRange(tokens[row], begin, end)));
            }
            logits = decoder.step(chunks);
        }
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
