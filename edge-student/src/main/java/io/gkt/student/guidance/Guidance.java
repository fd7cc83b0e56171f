package io.gkt.student.guidance;

import io.gkt.protocol.Timings;
import io.gkt.protocol.Usage;
import java.time.Duration;
import java.util.Set;

/**
 * What came of asking the teacher.
 *
 * @param outcome   how it went; never {@link GuidanceOutcome#SKIPPED} when the teacher was asked
 * @param text      the teacher's text, fit to be continued; empty unless it helped
 * @param complete  whether the text is the whole answer
 * @param model     the teacher's model; null if it did not say
 * @param usage     the teacher's tokens; null if it did not say
 * @param timings   the teacher's times; null if it did not say
 * @param bytesUp   size of the request's body
 * @param bytesDown size of the response's body
 * @param roundTrip from asking to having it
 */
public record Guidance(
        GuidanceOutcome outcome,
        String text,
        boolean complete,
        String model,
        Usage usage,
        Timings timings,
        int bytesUp,
        int bytesDown,
        Duration roundTrip) {

    /** The teacher was not asked. */
    public static final Guidance SKIPPED = without(GuidanceOutcome.SKIPPED, Duration.ZERO);

    /**
     * @param text          guidance that came with a request; cleaned like the teacher's
     * @param complete      whether it is the whole answer
     * @param specialTokens texts that are markup to the student
     * @return it
     */
    public static Guidance given(String text, boolean complete, Set<String> specialTokens) {
        String clean = GuidanceText.sanitise(text, specialTokens);
        GuidanceOutcome outcome = clean.isBlank() ? GuidanceOutcome.EMPTY : GuidanceOutcome.GIVEN;
        return new Guidance(outcome, clean, complete, null, null, null, 0, 0, Duration.ZERO);
    }

    /**
     * @param boundary where text that goes on may end
     * @return this, ready to be continued
     */
    public Guidance cutAt(GuidanceText.Boundary boundary) {
        if (complete || !outcome.helped()) {
            return this;
        }
        String cut = GuidanceText.cut(text, boundary);
        return cut.isBlank()
                ? new Guidance(GuidanceOutcome.EMPTY, "", false, model, usage, timings, bytesUp, bytesDown, roundTrip)
                : withText(cut);
    }

    /**
     * @param otherText what the text is to be instead
     * @return this with that text
     */
    public Guidance withText(String otherText) {
        return new Guidance(outcome, otherText, complete, model, usage, timings, bytesUp, bytesDown, roundTrip);
    }

    /**
     * @param outcome   why there is none
     * @param roundTrip how long it took to know
     * @return no guidance
     */
    static Guidance without(GuidanceOutcome outcome, Duration roundTrip) {
        return new Guidance(outcome, "", false, null, null, null, 0, 0, roundTrip);
    }
}
