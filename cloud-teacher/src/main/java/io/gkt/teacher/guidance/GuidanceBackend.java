package io.gkt.teacher.guidance;

import io.gkt.service.ApiException;
import io.gkt.teacher.batching.BatchListener;

/** Who writes guidance. */
interface GuidanceBackend {

    /** @return what clients call the model */
    String model();

    /**
     * Takes a request on.
     *
     * @param task     what is wanted
     * @param listener told what becomes of it
     * @throws ApiException if it is refused: 400, 429 if too many are under way, 503 while it can't, 504 past the
     *                      deadline
     */
    void submit(GuidanceTask task, BatchListener listener);

    /**
     * Gives a request up.
     *
     * @param id the request's
     * @return whether it was under way
     */
    boolean cancel(String id);
}
