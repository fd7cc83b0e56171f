package io.gkt.demo.training;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.gkt.demo.problem.Problem;
import io.gkt.demo.tokenizer.TokenizerLearner;
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
    static Lesson inSolving(HuggingFaceTokenizer tokenizer, Problem problem) {
        return of(tokenizer, problem, QUESTION_WEIGHT, 1);
    }

    /** To calculate what is planned: the plan is given and only what follows it counts. */
    static Lesson inCalculating(HuggingFaceTokenizer tokenizer, Problem problem) {
        return of(tokenizer, problem, 0, 0);
    }

    private static Lesson of(HuggingFaceTokenizer tokenizer, Problem problem, float questionWeight, float planWeight) {
        int[] question = encode(tokenizer, problem.prompt());
        int[] plan = encode(tokenizer, " " + problem.planSentence());
        int[] steps = encode(
                tokenizer, problem.answer().substring(problem.planSentence().length()));
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

    private static int[] encode(HuggingFaceTokenizer tokenizer, String text) {
        return Arrays.stream(tokenizer.encode(text, false, false).getIds())
                .mapToInt(Math::toIntExact)
                .toArray();
    }
}
