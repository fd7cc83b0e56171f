package io.gkt.student.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gkt.protocol.Timings;
import io.gkt.protocol.Usage;
import io.gkt.student.generation.Answer;
import io.gkt.student.generation.Author;
import io.gkt.student.guidance.GuidanceOutcome;

/**
 * The {@code gkt} field of responses: what is not in OpenAI's contract. Clients that don't know it ignore it.
 *
 * @param source   who wrote the piece; null in whole answers
 * @param guidance what came of asking the teacher; null in pieces
 * @param timings  where the edge's time went; null in pieces
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record GuidanceReport(Author source, Guidance guidance, Answer.Timings timings) {

    /**
     * What came of asking the teacher.
     *
     * @param text           the answer's beginning that is the teacher's
     * @param tokens         its length in the student's tokens
     * @param outcome        how it went
     * @param model          the teacher's model
     * @param teacherUsage   the teacher's tokens
     * @param teacherTimings the teacher's times
     * @param bytesUp        size of the request's body
     * @param bytesDown      size of the response's body
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Guidance(
            String text,
            int tokens,
            GuidanceOutcome outcome,
            String model,
            @JsonProperty("teacher_usage") Usage teacherUsage,
            @JsonProperty("teacher_timings") Timings teacherTimings,
            @JsonProperty("bytes_up") int bytesUp,
            @JsonProperty("bytes_down") int bytesDown) {}

    static GuidanceReport of(Answer answer) {
        io.gkt.student.guidance.Guidance guidance = answer.guidance();
        return new GuidanceReport(
                null,
                new Guidance(
                        guidance.text(),
                        answer.guidanceTokens(),
                        guidance.outcome(),
                        guidance.model(),
                        guidance.usage(),
                        guidance.timings(),
                        guidance.bytesUp(),
                        guidance.bytesDown()),
                answer.timings());
    }

    static GuidanceReport by(Author author) {
        return new GuidanceReport(author, null, null);
    }
}
