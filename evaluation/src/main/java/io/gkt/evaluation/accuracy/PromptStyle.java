package io.gkt.evaluation.accuracy;

import java.util.stream.Collectors;

/**
 * How a dataset's questions are asked.
 *
 * @param dataset whose
 * @param shots   worked examples before the question, each with its chain of thought
 * @param chat    whether it is asked as a chat message, without examples, rather than as text to be continued
 */
public record PromptStyle(Dataset dataset, int shots, boolean chat) {

    Prompt prompt(Example example) {
        return prompt("", example);
    }

    /** The teacher's prompt of stage 1; {@code concise} may be null. */
    Prompt teacherPrompt(Example example, Concise concise) {
        return prompt(concise == null ? "" : concise.prefix(), example);
    }

    private Prompt prompt(String prefix, Example example) {
        String question = prefix + example.question();
        return chat
                ? new Prompt(question + instruction(), true)
                : new Prompt(worked() + "Q: " + question + "\nA:", false);
    }

    private String worked() {
        return dataset.workedExamples().stream()
                .limit(shots)
                .map(worked -> worked + "\n\n")
                .collect(Collectors.joining());
    }

    private String instruction() {
        if (dataset == Dataset.DEMO) {
            return "";
        }
        String what = dataset.answerForm() == AnswerForm.NUMBER ? "a number" : "the letter of the right choice";
        return "\n\nThink step by step in a few sentences. Then end with \"The answer is X.\", where X is " + what
                + ".";
    }
}
