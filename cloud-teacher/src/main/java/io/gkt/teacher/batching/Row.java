package io.gkt.teacher.batching;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.batch.UsualRequest;
import io.gkt.inference.batch.Work;
import io.gkt.inference.decoder.Chunk;
import io.gkt.inference.decoder.Slot;
import io.gkt.inference.generation.GenerationRequest;
import io.gkt.inference.generation.Sequence;
import io.gkt.inference.generation.StopMatcher;
import io.gkt.protocol.Timings;
import io.gkt.protocol.Usage;

/** One request on its way through the queue and the batch. Only the flag is shared between threads. */
final class Row {

    private static final double NANOS_PER_MILLI = 1e6;

    private final BatchRequest request;
    private final BatchListener listener;
    private volatile boolean cancelled;

    private Slot slot;
    private Sequence sequence;
    private long admitted;
    private long firstToken;
    private long lastToken;
    private int steps;
    private long rowsOfSteps;

    Row(BatchRequest request, BatchListener listener) {
        this.request = request;
        this.listener = listener;
    }

    BatchRequest request() {
        return request;
    }

    BatchListener listener() {
        return listener;
    }

    void cancel() {
        cancelled = true;
    }

    boolean cancelled() {
        return cancelled;
    }

    boolean expired(long now) {
        return now - request.deadline() >= 0;
    }

    /**
     * @param usual what is to be expected where it is not known yet
     * @param now   from when its time counts
     * @return what is left to do
     */
    Work work(UsualRequest usual, long now) {
        GenerationRequest generation = request.generation();
        boolean begun = sequence != null;
        return new Work(
                begun ? sequence.prefillTokens() : usual.uncached(generation.promptLength()),
                usual.remaining(generation.sampling().minTokens(), generation.maxTokens(), completionTokens()),
                request.deadline() - now);
    }

    int completionTokens() {
        return sequence == null ? 0 : sequence.completionTokens();
    }

    /** Takes the slot, even if it fails. */
    void admit(LanguageModel model, Slot taken, long now) {
        slot = taken;
        admitted = now;
        sequence = new Sequence(model, request.generation(), taken, new StopMatcher(request.stop()));
    }

    Slot slot() {
        return slot;
    }

    /** @return what is known of requests now that this one has begun */
    UsualRequest begun(UsualRequest before) {
        return before.begun(sequence.promptTokens(), sequence.cachedTokens());
    }

    boolean prefilling() {
        return sequence.prefilling();
    }

    boolean finished() {
        return sequence.finishReason().isPresent();
    }

    Chunk next(int mostTokens) {
        return sequence.next(mostTokens);
    }

    /**
     * Takes what a step gave and passes on what text is final.
     *
     * @param rows rows of the step
     */
    void accept(float[] logits, int rows, long now) {
        steps++;
        rowsOfSteps += rows;
        int before = sequence.completionTokens();
        sequence.accept(logits);
        if (sequence.completionTokens() > before) {
            firstToken = before == 0 ? now : firstToken;
            lastToken = now;
        }
        String text = sequence.drainText();
        if (!text.isEmpty()) {
            listener.piece(text);
        }
    }

    BatchResult result() {
        boolean any = sequence.completionTokens() > 0;
        return new BatchResult(
                sequence.finishReason().orElseThrow(),
                Usage.of(sequence.promptTokens(), sequence.completionTokens(), sequence.cachedTokens()),
                new Timings(
                        (admitted - request.arrival()) / NANOS_PER_MILLI,
                        any ? (firstToken - admitted) / NANOS_PER_MILLI : 0,
                        any ? (lastToken - firstToken) / NANOS_PER_MILLI : 0,
                        steps == 0 ? 0 : (double) rowsOfSteps / steps));
    }
}
