package io.gkt.student.generation;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.gkt.inference.sampling.TokenLogprobs;
import io.gkt.protocol.Usage;
import io.gkt.student.guidance.Guidance;
import java.util.List;

/**
 * A finished answer.
 *
 * @param choices        as many as were asked for, at least one
 * @param usage          in the student's tokens, unless the teacher answered alone; tokens of all choices count
 * @param guidance       what came of asking the teacher
 * @param guidanceTokens how many tokens of each choice the teacher's text is, as the student counts
 * @param timings        where the time went
 */
public record Answer(List<Choice> choices, Usage usage, Guidance guidance, int guidanceTokens, Timings timings) {

    /**
     * One of several answers that begin with the same guidance.
     *
     * @param text         all of it, the teacher's part included
     * @param finishReason {@code stop} or {@code length}
     * @param logprobs     of its tokens as far as the student has read or written them, where asked for
     */
    public record Choice(String text, String finishReason, List<TokenLogprobs> logprobs) {}

    /**
     * Where the time went, in milliseconds. The prompt is prefilled while guidance is waited for, so that these are
     * not a sum.
     *
     * @param queueMs    until a slot was free
     * @param guidanceMs from asking the teacher to having its text, or to giving up
     * @param prefillMs  running the prompt, and then the guidance
     * @param handoverMs from having guidance, or giving it up, to the student's first token; 0 if the student did not run
     * @param decodeMs   from the end of prefill to the last token
     * @param totalMs    all
     */
    public record Timings(
            @JsonProperty("queue_ms") double queueMs,
            @JsonProperty("guidance_ms") double guidanceMs,
            @JsonProperty("prefill_ms") double prefillMs,
            @JsonProperty("handover_ms") double handoverMs,
            @JsonProperty("decode_ms") double decodeMs,
            @JsonProperty("total_ms") double totalMs) {

        /** Rounds to microseconds. */
        public Timings {
            queueMs = rounded(queueMs);
            guidanceMs = rounded(guidanceMs);
            prefillMs = rounded(prefillMs);
            handoverMs = rounded(handoverMs);
            decodeMs = rounded(decodeMs);
            totalMs = rounded(totalMs);
        }

        private static double rounded(double millis) {
            return Math.round(millis * 1000) / 1000.0;
        }
    }
}
