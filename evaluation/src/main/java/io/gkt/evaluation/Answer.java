package io.gkt.evaluation;

/**
 * What an edge answered.
 *
 * @param text          all of it
 * @param guidance      its beginning that the teacher wrote; may be empty
 * @param outcome       what came of asking the teacher, as the edge says
 * @param teacherTokens tokens that the teacher decoded
 * @param studentTokens tokens that the student decoded
 * @param firstTextMs   milliseconds from the request to the first text
 * @param totalMs       milliseconds from the request to the end
 */
record Answer(
        String text,
        String guidance,
        String outcome,
        int teacherTokens,
        int studentTokens,
        long firstTextMs,
        long totalMs) {

    /** Whether the teacher took part. */
    boolean guided() {
        return outcome.equals("used") || outcome.equals("complete");
    }

    /** What the student added. */
    String continuation() {
        return text.substring(guidance.length());
    }
}
