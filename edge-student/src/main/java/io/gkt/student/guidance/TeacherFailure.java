package io.gkt.student.guidance;

import java.time.Duration;

/** Why a call to the teacher gave no guidance. */
final class TeacherFailure extends RuntimeException {

    private final GuidanceOutcome outcome;
    private final boolean teacherAtFault;
    private final boolean tookNoWork;
    private final Duration retryAfter;

    private TeacherFailure(
            GuidanceOutcome outcome, boolean teacherAtFault, boolean tookNoWork, Duration retryAfter, String message) {
        super(message, null, false, false);
        this.outcome = outcome;
        this.teacherAtFault = teacherAtFault;
        this.tookNoWork = tookNoWork;
        this.retryAfter = retryAfter;
    }

    /** It took no work on, and may have said when it will; null if that is too late for this question. */
    static TeacherFailure busy(int status, Duration retryAfter) {
        return new TeacherFailure(
                GuidanceOutcome.FALLBACK_REJECTED, status >= 500, true, retryAfter, "the teacher answered " + status);
    }

    /** It was not asked, because it has lately said that it is busy; null if it rests too long for this question. */
    static TeacherFailure resting(Duration retryAfter) {
        return new TeacherFailure(
                GuidanceOutcome.FALLBACK_REJECTED, false, true, retryAfter, "the teacher is passed over");
    }

    /** It is not there; nothing was sent. */
    static TeacherFailure unreachable(String message, Duration retryAfter) {
        return new TeacherFailure(GuidanceOutcome.FALLBACK_ERROR, true, true, retryAfter, message);
    }

    /** It holds the request to be wrong: asking again, or leaving it alone, would not help. */
    static TeacherFailure refused(int status) {
        return new TeacherFailure(
                GuidanceOutcome.FALLBACK_REJECTED, false, false, null, "the teacher answered " + status);
    }

    /** It failed, or said something that is no guidance. */
    static TeacherFailure broken(String message) {
        return new TeacherFailure(GuidanceOutcome.FALLBACK_ERROR, true, false, null, message);
    }

    GuidanceOutcome outcome() {
        return outcome;
    }

    /** Whether it says something about the teacher's health. */
    boolean teacherAtFault() {
        return teacherAtFault;
    }

    /** Whether another replica can be asked without work being done twice. */
    boolean tookNoWork() {
        return tookNoWork;
    }

    /** When no work was done and another try is welcome; null if it is not. */
    Duration retryAfter() {
        return retryAfter;
    }
}
