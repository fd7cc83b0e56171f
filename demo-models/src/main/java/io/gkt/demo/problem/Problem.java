package io.gkt.demo.problem;

import java.util.regex.Pattern;

/**
 * A word problem and its worked answer. The answer states the plan before it calculates, so that a beginning of the
 * answer carries the plan and not the result.
 *
 * @param question the story and what is asked, in one line
 * @param plan the arithmetic expression that answers the question, such as {@code 12 + 3 * 4 - 5}
 * @param answer the worked answer, from {@code We need} to {@code The answer is 19.}
 * @param result the number asked for, 1 to 99
 */
public record Problem(String question, String plan, String answer, int result) {

    private static final Pattern FINAL_RESULT = Pattern.compile("The answer is (\\d+)\\.");

    static Problem of(String question, Expression plan) {
        var answer = new StringBuilder(planSentence(plan.toString()));
        plan.steps().forEach(step -> answer.append(' ').append(step).append('.'));
        answer.append(" The answer is ").append(plan.value()).append('.');
        return new Problem(question, plan.toString(), answer.toString(), plan.value());
    }

    /** The problem as the models are asked it; the answer follows after a space. */
    public String prompt() {
        return "Q: " + question + "\nA:";
    }

    /** The first sentence of the answer. */
    public String planSentence() {
        return planSentence(plan);
    }

    /** The same calculation asked for outright, without a story. */
    public Problem asDrill() {
        return new Problem("What is " + plan + "?", plan, answer, result);
    }

    /** Whether the text, an answer or the end of one, states the right final result. */
    public boolean isSolvedBy(String text) {
        var matcher = FINAL_RESULT.matcher(text);
        return matcher.find() && matcher.group(1).equals(Integer.toString(result));
    }

    /** Whether the text already contains the final result, as a number of its own. */
    public boolean isGivenAwayBy(String text) {
        return Pattern.compile("\\b" + result + "\\b").matcher(text).find();
    }

    private static String planSentence(String plan) {
        return "We need " + plan + ".";
    }
}
