package io.gkt.student.guidance;

import java.io.IOException;
import java.net.SocketException;
import java.net.http.HttpTimeoutException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;

/** Why a call to the teacher gave no guidance. */
final class TeacherFailure extends RuntimeException {

    private static final int LONGEST_DESCRIPTION = 500;
    private static final int DEEPEST_CAUSE = 10;

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
    static TeacherFailure unreachable(Throwable cause, Duration retryAfter) {
        return new TeacherFailure(GuidanceOutcome.FALLBACK_ERROR, true, true, retryAfter, describe(cause));
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

    /** It said something that is not the protocol's JSON. What it said is not told: it may be what a user asked. */
    static TeacherFailure broken(JacksonException failure) {
        TokenStreamLocation place = failure.getLocation();
        return broken("its answer is not the protocol's JSON"
                + (place == null ? "" : " at line " + place.getLineNr() + ", column " + place.getColumnNr()));
    }

    /** Why a call failed, in one line for the log: the reason of a broken TLS handshake lies deep below. */
    static String describe(Throwable failure) {
        if (failure instanceof TeacherFailure known) {
            return known.getMessage();
        }
        if (isTimeout(failure)) {
            return "it took too long";
        }
        List<String> reasons = new ArrayList<>();
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++, cause = cause.getCause()) {
            String name = cause.getClass().getSimpleName();
            String reason = tells(cause) ? cause.getMessage() : name;
            // A cause is often told by what it caused.
            if (reasons.stream().noneMatch(told -> told.contains(reason))) {
                reasons.add(tells(cause) ? name + ": " + reason : name);
            }
        }
        String all = String.join("; ", reasons);
        return all.length() <= LONGEST_DESCRIPTION ? all : all.substring(0, LONGEST_DESCRIPTION) + "...";
    }

    /** Other messages may quote what the other side said, which may be what a user asked. */
    private static boolean tells(Throwable cause) {
        return cause.getMessage() != null
                && (cause instanceof SSLException
                        || cause instanceof GeneralSecurityException
                        || cause instanceof SocketException
                        || cause.getClass().equals(IOException.class));
    }

    /** Whether a call was given up for want of time. */
    static boolean isTimeout(Throwable failure) {
        return failure instanceof TimeoutException || failure instanceof HttpTimeoutException;
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
