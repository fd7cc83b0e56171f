package io.gkt.benchmark.gkt;

import io.gkt.benchmark.result.Percentiles;
import java.util.List;

/**
 * A step that was measured.
 *
 * @param kind what it computed
 * @param ms   milliseconds, one a round
 */
record MeasuredStep(Kind kind, List<Double> ms) {

    /**
     * What a step computes: the next token of some sequences, new tokens of one prompt, or both.
     *
     * @param rows     sequences that get one token, from 0
     * @param context  tokens that each of them holds
     * @param tokens   new tokens of one more sequence, from 0
     * @param position tokens that this one holds
     */
    record Kind(int rows, int context, int tokens, int position) {

        static Kind decode(int rows, int context) {
            return new Kind(rows, context, 0, 0);
        }

        static Kind prefill(int tokens, int position) {
            return new Kind(0, 0, tokens, position);
        }

        /** Both, all of them as long. */
        static Kind mixed(int rows, int context, int tokens) {
            return new Kind(rows, context, tokens, context);
        }

        /** @return sequences that take part */
        int sequences() {
            return rows + (tokens > 0 ? 1 : 0);
        }

        /** @return tokens that each sequence holds before the step */
        int held() {
            return rows > 0 ? context : position;
        }
    }

    double medianMs() {
        return Percentiles.of(ms.stream().mapToDouble(Double::doubleValue)).p50();
    }
}
