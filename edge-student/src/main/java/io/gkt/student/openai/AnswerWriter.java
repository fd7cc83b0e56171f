package io.gkt.student.openai;

import io.gkt.protocol.Usage;
import io.gkt.student.generation.Answer;
import io.gkt.student.generation.Piece;

/**
 * How one endpoint writes one answer, whole or in chunks.
 *
 * @param <W> a whole answer
 * @param <C> a chunk
 */
interface AnswerWriter<W, C> {

    W whole(Answer answer);

    /** The first chunk of a choice, which has no text. */
    C opening(int choice);

    C piece(Piece piece);

    /**
     * The last chunk of a choice, which has no text.
     *
     * @param report of the whole answer; null where others follow
     */
    C ending(int index, Answer.Choice choice, GuidanceReport report);

    /** The chunk behind the last choice's. */
    C usage(Usage usage);

    /** What is the same in an answer and in all of its chunks. */
    record Head(String id, long created, String model, String fingerprint) {}
}
