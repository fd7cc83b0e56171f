package io.gkt.service.upstream;

import io.gkt.inference.generation.FinishReason;
import io.gkt.protocol.Usage;
import io.gkt.service.ApiException;

/** Told what becomes of a request: any number of pieces, then either end, once. Must not block. */
public interface UpstreamListener {

    /** @param text the next part of the answer, not empty */
    void piece(String text);

    /**
     * @param reason why it ended
     * @param usage  the server's tokens; null if it did not say
     */
    void finished(FinishReason reason, Usage usage);

    /** @param error why there is no more of an answer */
    void failed(ApiException error);
}
