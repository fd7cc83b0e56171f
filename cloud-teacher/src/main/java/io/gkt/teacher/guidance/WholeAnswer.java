package io.gkt.teacher.guidance;

import io.gkt.protocol.GuidanceResponse;
import io.gkt.service.ApiException;
import io.gkt.teacher.batching.BatchListener;
import io.gkt.teacher.batching.BatchResult;
import java.util.concurrent.CompletableFuture;

/** Collects an answer. */
final class WholeAnswer implements BatchListener {

    private final String id;
    private final String model;
    private final StringBuilder text = new StringBuilder();
    private final CompletableFuture<GuidanceResponse> response = new CompletableFuture<>();

    WholeAnswer(String id, String model) {
        this.id = id;
        this.model = model;
    }

    CompletableFuture<GuidanceResponse> response() {
        return response;
    }

    @Override
    public void piece(String piece) {
        text.append(piece);
    }

    @Override
    public void finished(BatchResult result) {
        response.complete(new GuidanceResponse(
                id, model, text.toString(), result.finishReason().wireName(), result.usage(), result.timings()));
    }

    @Override
    public void failed(ApiException error) {
        response.completeExceptionally(error);
    }
}
