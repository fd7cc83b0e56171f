package io.gkt.evaluation.accuracy;

import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A line of a file of answers.
 *
 * @param id                  the example's
 * @param dataset             the example's
 * @param mode                who answered
 * @param question            the example's
 * @param guidance            the beginning of the answer that the student was given; empty if it was given none
 * @param completion          the whole answer, guidance included
 * @param extracted           the answer that it states; null if none
 * @param expected            the right one
 * @param correct             whether the two are the same
 * @param leaked              whether the guidance holds the right answer already, see {@link AnswerForm#leaks}
 * @param outcome             what came of asking the teacher, as the edge says
 * @param finishReason        {@code stop} or {@code length}
 * @param teacherPromptTokens tokens that the teacher read
 * @param teacherTokens       tokens that the teacher decoded
 * @param studentPromptTokens tokens that the student read: the prompt and the guidance
 * @param studentTokens       tokens that the student decoded
 * @param ttftMs              milliseconds from the request to the first text
 * @param totalMs             milliseconds from the request to the end
 * @param guidanceMs          milliseconds of them spent on having guidance
 * @param bytesUp             body of the request to the teacher
 * @param bytesDown           body of the teacher's response
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Item(
        String id,
        Dataset dataset,
        Mode mode,
        String question,
        String guidance,
        String completion,
        String extracted,
        String expected,
        boolean correct,
        boolean leaked,
        String outcome,
        String finishReason,
        int teacherPromptTokens,
        int teacherTokens,
        int studentPromptTokens,
        int studentTokens,
        double ttftMs,
        double totalMs,
        double guidanceMs,
        int bytesUp,
        int bytesDown)
        implements Result {

    static Item of(Example example, Dataset dataset, Mode mode, Answer answer) {
        AnswerForm form = dataset.answerForm();
        String extracted = form.extract(answer.text()).orElse(null);
        String guidance = mode == Mode.GKT ? answer.guidance() : "";
        return new Item(
                example.id(),
                dataset,
                mode,
                example.question(),
                guidance,
                answer.text(),
                extracted,
                example.expected(),
                example.expected().equals(extracted),
                form.leaks(guidance, example),
                answer.outcome(),
                answer.finishReason(),
                answer.teacherPromptTokens(),
                answer.teacherTokens(),
                answer.studentPromptTokens(),
                answer.studentTokens(),
                answer.firstTextMs(),
                answer.totalMs(),
                answer.guidanceMs(),
                answer.bytesUp(),
                answer.bytesDown());
    }
}
