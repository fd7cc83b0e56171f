package io.gkt.evaluation.accuracy;

/**
 * What an edge answered.
 *
 * @param text                all of it
 * @param guidance            its beginning that the student did not write; may be empty
 * @param outcome             what came of asking the teacher, as the edge says
 * @param finishReason        {@code stop} or {@code length}
 * @param teacherPromptTokens tokens that the teacher read
 * @param teacherTokens       tokens that the teacher decoded
 * @param studentPromptTokens tokens that the student read: the prompt and the guidance
 * @param studentTokens       tokens that the student decoded
 * @param firstTextMs         milliseconds from the request to the first text
 * @param totalMs             milliseconds from the request to the end
 * @param guidanceMs          milliseconds spent on having guidance
 * @param bytesUp             body of the request to the teacher
 * @param bytesDown           body of the teacher's response
 */
record Answer(
        String text,
        String guidance,
        String outcome,
        String finishReason,
        int teacherPromptTokens,
        int teacherTokens,
        int studentPromptTokens,
        int studentTokens,
        double firstTextMs,
        double totalMs,
        double guidanceMs,
        int bytesUp,
        int bytesDown) {

    /** Whether the teacher took part. */
    boolean guided() {
        return outcome.equals("used") || outcome.equals("complete");
    }

    /** What the student added. */
    String continuation() {
        return text.substring(guidance.length());
    }

    /** The same answer, to whom waited for its guidance first: both stages one after the other. */
    Answer after(Guidance stage) {
        return new Answer(
                text,
                guidance,
                outcome,
                finishReason,
                stage.teacherPromptTokens(),
                stage.teacherTokens(),
                studentPromptTokens,
                studentTokens,
                stage.guidanceMs() + firstTextMs,
                stage.guidanceMs() + totalMs,
                stage.guidanceMs(),
                stage.bytesUp(),
                stage.bytesDown());
    }
}
