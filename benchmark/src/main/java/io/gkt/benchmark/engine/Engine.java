package io.gkt.benchmark.engine;

/** A loaded model whose steps are timed. Rows are sequences, counted from 0. */
interface Engine extends AutoCloseable {

    /**
     * Gives the first rows the same tokens. They hold none before.
     *
     * @param rows   how many
     * @param tokens ids, at least one
     */
    void fill(int rows, int[] tokens);

    /**
     * Forgets what a row holds from a position on.
     *
     * @param row    which
     * @param length tokens to keep, at most those that it holds
     */
    void truncate(int row, int length);

    /**
     * Appends tokens to the first rows, one array a row, and computes the logits after the last token of each. Returns
     * when they can be read.
     *
     * @param tokens ids, at least one a row, as many in each
     */
    void step(int[][] tokens);

    /**
     * @param row which of those of the last step
     * @return the logits after its last token, one for each token of the vocabulary
     */
    float[] logits(int row);

    @Override
    void close();
}
