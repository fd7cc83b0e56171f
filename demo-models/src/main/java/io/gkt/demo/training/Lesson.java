package io.gkt.demo.training;

import io.gkt.demo.problem.Problem;
import io.gkt.demo.tokenizer.TokenizerLearner;
import io.gkt.inference.tokenizer.Prompt;
import io.gkt.inference.tokenizer.Tokenizer;
import java.util.Arrays;

/**
 * One text to learn from.
 *
 * @param tokens token ids, the last one ending the text
 * @param weights how much the prediction of each token counts, same length
 */
record Lesson(int[] tokens, float[] weights) {

    /** A little of the loss goes to the question, whose names and numbers the model has to keep apart. */
    private static final float QUESTION_WEIGHT = 0.1f;

    /** To plan and to calculate: all of the answer counts. */
    static Lesson inSolving(Tokenizer tokenizer, Problem problem) {
        return of(tokenizer, problem, QUESTION_WEIGHT, 1);
    }

    /** To calculate what is planned: the plan is given and only what follows it counts. */
    static Lesson inCalculating(Tokenizer tokenizer, Problem problem) {
        return of(tokenizer, problem, 0, 0);
    }

    private static Lesson of(Tokenizer tokenizer, Problem problem, float questionWeight, float planWeight) {
        int[] question = tokenizer.encode(Prompt.plain(problem.prompt()));
        int[] plan = tokenizer.encode(Prompt.plain(" " + problem.planSentence()));
        int[] steps = tokenizer.encode(
                Prompt.plain(problem.answer().substring(problem.planSentence().length())));
        int stepsBegin = question.length + plan.length;
        int[] tokens = Arrays.copyOf(question, stepsBegin + steps.length + 1);
        System.arraycopy(plan, 0, tokens, question.length, plan.length);
        System.arraycopy(steps, 0, tokens, stepsBegin, steps.length);
        tokens[tokens.length - 1] = TokenizerLearner.END_OF_TEXT_ID;
        float[] weights = new float[tokens.length];
        Arrays.fill(weights, 0, question.length, questionWeight);
        Arrays.fill(weights, question.length, stepsBegin, planWeight);
        Arrays.fill(weights, stepsBegin, tokens.length, 1);
        return new Lesson(tokens, weights);
    }
}
