package io.gkt.student.generation;

import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.inference.tokenizer.Prompt;
import io.gkt.protocol.Sampling;
import io.gkt.service.Conversation;
import io.gkt.student.guidance.Guidance;
import io.gkt.student.guidance.GuidanceMode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a user wants answered.
 *
 * @param prompt              as the student reads it
 * @param conversation        the same as the teacher gets it; null if it is raw text
 * @param maxTokens           most tokens of the answer; null is as many as fit
 * @param stop                texts at which it ends
 * @param sampling            how the student draws tokens
 * @param wishes              the same in the request's words, for a teacher who answers alone
 * @param ignoreEndOfSequence whether to go on after the model ends the answer
 * @param choices             how many answers are wanted, at least 1; each has a seed of its own
 * @param topLogprobs         of how many of the likeliest tokens the logprobs are wanted besides that of each token;
 *                            empty wants none at all
 * @param guidance            who answers
 */
public record Question(
        Prompt prompt,
        Conversation conversation,
        Integer maxTokens,
        List<String> stop,
        SamplingParameters sampling,
        Sampling wishes,
        boolean ignoreEndOfSequence,
        int choices,
        OptionalInt topLogprobs,
        GuidanceWish guidance) {

    /**
     * How the teacher is to take part.
     *
     * @param mode      who answers
     * @param maxTokens most tokens of guidance
     * @param timeout   longest wait for the teacher
     * @param given     guidance that came with the request; empty if the teacher is to be asked
     */
    public record GuidanceWish(GuidanceMode mode, int maxTokens, Duration timeout, Optional<Guidance> given) {

        /** What a request gets that brings no guidance. */
        public GuidanceWish(GuidanceMode mode, int maxTokens, Duration timeout) {
            this(mode, maxTokens, timeout, Optional.empty());
        }
    }
}
