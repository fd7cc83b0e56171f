package io.gkt.benchmark.load;

import io.gkt.protocol.GuidanceResponse;

/**
 * What became of a request.
 *
 * @param status    of the response
 * @param latencyMs from when it was due to be sent until its response was here, milliseconds
 * @param end       when that was, {@link System#nanoTime()}
 * @param response  null unless the status is 200
 */
public record Reply(int status, double latencyMs, long end, GuidanceResponse response) {

    /** @return whether it was answered */
    public boolean answered() {
        return response != null;
    }

    /** @return milliseconds that it waited in the teacher's queue */
    public double queueMs() {
        return response.timings().queueMs();
    }

    /** @return milliseconds that were not spent computing */
    public double overheadMs() {
        return latencyMs - response.timings().prefillMs() - response.timings().decodeMs();
    }
}
