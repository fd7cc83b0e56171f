package io.gkt.student.guidance;

import java.time.Duration;

/** Why a call to the teacher gave no guidance. */
final class TeacherFailure extends RuntimeException {

    private final GuidanceOutcome outcome;
    private final boolean teacherAtFault;
    private final Duration retryAfter;

    private TeacherFailure(GuidanceOutcome outcome, boolean teacherAtFault, Duration retryAfter, String message) {
        super(message, null, false, false);
        this.outcome = outcome;
        this.teacherAtFault = teacherAtFault;
        this.retryAfter = retryAfter;
    }

    /** It took no work on, and says when it may. */
    static TeacherFailure busy(int status, Duration retryAfter) {
        return new TeacherFailure(
                GuidanceOutcome.FALLBACK_REJECTED, status >= 500, retryAfter, "the teacher answered " + status);
    }

    /** It is not there; nothing was sent. */
    static TeacherFailure unreachable(String message, Duration retryAfter) {
        return new TeacherFailure(GuidanceOutcome.FALLBACK_ERROR, true, retryAfter, message);
    }

    /** It holds the request to be wrong: asking again, or leaving it alone, would not help. */
    static TeacherFailure refused(int status) {
        return new TeacherFailure(GuidanceOutcome.FALLBACK_REJECTED, false, null, "the teacher answered " + status);
    }

    /** It failed, or said something that is no guidance. */
    static TeacherFailure broken(String message) {
        return new TeacherFailure(GuidanceOutcome.FALLBACK_ERROR, true, null, message);
    }

    GuidanceOutcome outcome() {
        return outcome;
    }

    /** Whether it says something about the teacher's health. */
    boolean teacherAtFault() {
        return teacherAtFault;
    }

    /** When no work was done and another try is welcome; null if it is not. */
    Duration retryAfter() {
        return retryAfter;
    }
}
