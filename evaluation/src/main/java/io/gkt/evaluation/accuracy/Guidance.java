package io.gkt.evaluation.accuracy;

import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A line of a file of guidance, what stage 1 leaves to stage 2. Guidance made elsewhere needs {@code id} and
 * {@code guidance} only.
 *
 * @param id                  the example's
 * @param dataset             the example's
 * @param question            the example's
 * @param guidance            the beginning of the answer as the teacher wrote it, white space included
 * @param finishReason        {@code stop} if it is the whole answer; otherwise it goes on
 * @param model               who wrote it
 * @param teacherPromptTokens tokens that the teacher read
 * @param teacherTokens       tokens that the teacher decoded
 * @param guidanceMs          milliseconds it took
 * @param bytesUp             body of the request
 * @param bytesDown           body of the response
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record Guidance(
        String id,
        Dataset dataset,
        String question,
        String guidance,
        String finishReason,
        String model,
        int teacherPromptTokens,
        int teacherTokens,
        double guidanceMs,
        int bytesUp,
        int bytesDown)
        implements Result {

    boolean complete() {
        return "stop".equals(finishReason);
    }
}
