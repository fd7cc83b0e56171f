package io.gkt.demo.training;

import io.gkt.demo.problem.Problem;
import java.util.List;
import java.util.function.Function;

/**
 * How many problems were solved.
 *
 * @param solved right final results
 * @param plans right plans
 * @param problems all that were asked
 * @param tokens decoded for all of them together
 */
record Score(int solved, int plans, int problems, int tokens) {

    /** Generous: worked answers take up to 70 tokens. */
    private static final int LONGEST_ANSWER = 96;

    /**
     * Asks all problems.
     *
     * @param beginning of the answer that the model is given, with the space before it; may be empty
     */
    static Score of(GreedyModel model, List<Problem> problems, Function<Problem, String> beginning) {
        var prompts = problems.stream()
                .map(problem -> problem.prompt() + beginning.apply(problem))
                .toList();
        var continuations = model.continueAll(prompts, LONGEST_ANSWER);
        int solved = 0;
        int plans = 0;
        int tokens = 0;
        for (int i = 0; i < problems.size(); i++) {
            var problem = problems.get(i);
            var answer = beginning.apply(problem) + continuations.get(i).text();
            solved += problem.isSolvedBy(answer) ? 1 : 0;
            plans += answer.startsWith(" " + problem.planSentence()) ? 1 : 0;
            tokens += continuations.get(i).tokens();
        }
        return new Score(solved, plans, problems.size(), tokens);
    }

    double percent() {
        return 100.0 * solved / problems;
    }

    double planPercent() {
        return 100.0 * plans / problems;
    }

    /** Tokens decoded for a problem, the end-of-text token included. */
    double meanTokens() {
        return (double) tokens / problems;
    }

    @Override
    public String toString() {
        return "%.1f %% (plan right %.1f %%)".formatted(percent(), planPercent());
    }
}
