package io.gkt.teacher.batching;

import io.gkt.inference.decoder.Chunk;
import java.util.ArrayList;
import java.util.List;

/**
 * What one step of the model computes.
 *
 * @param rows   who takes part
 * @param chunks each row's new tokens, in the order of the rows
 */
record Step(List<Row> rows, List<Chunk> chunks) {

    /**
     * Plans a step: the next token of each row that decodes, and beside them prompts of newcomers, first come first
     * served, as far as the limit goes (chunked prefill: Agrawal et al., Sarathi-Serve, OSDI 2024).
     *
     * @param running   rows in the order of their arrival; those that are finished take no part
     * @param maxTokens most tokens of all chunks together, at least as many as there are rows
     */
    static Step plan(List<Row> running, int maxTokens) {
        Step step = new Step(new ArrayList<>(), new ArrayList<>());
        List<Row> newcomers = new ArrayList<>();
        for (Row row : running) {
            if (row.finished()) {
                continue;
            }
            if (row.prefilling()) {
                newcomers.add(row);
            } else {
                step.add(row, row.next(1));
            }
        }
        int left = maxTokens - step.rows.size();
        for (Row row : newcomers) {
            if (left > 0) {
                Chunk chunk = row.next(left);
                step.add(row, chunk);
                left -= chunk.tokens().length;
            }
        }
        return step;
    }

    private void add(Row row, Chunk chunk) {
        rows.add(row);
        chunks.add(chunk);
    }

    /** @return rows that have one new token, as those that decode */
    int decoding() {
        return (int) chunks.stream().filter(chunk -> chunk.tokens().length == 1).count();
    }

    /** @return new tokens of all rows */
    int tokens() {
        return chunks.stream().mapToInt(chunk -> chunk.tokens().length).sum();
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** @return the step of one of the rows alone */
    Step only(int row) {
        return new Step(rows.subList(row, row + 1), chunks.subList(row, row + 1));
    }
}
