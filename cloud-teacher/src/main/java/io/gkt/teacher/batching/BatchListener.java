package io.gkt.teacher.batching;

import io.gkt.service.ApiException;

/**
 * Told what becomes of a request: any number of pieces, then either end, once. Called on the batch's thread, which
 * must not be kept.
 */
public interface BatchListener {

    /** @param text the next part of the answer, not empty */
    void piece(String text);

    /** @param result says how the answer ended */
    void finished(BatchResult result);

    /** @param error why there is no more of an answer */
    void failed(ApiException error);
}
