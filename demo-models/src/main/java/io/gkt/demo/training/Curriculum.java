package io.gkt.demo.training;

import io.gkt.demo.problem.ProblemGenerator;
import io.gkt.inference.tokenizer.Tokenizer;
import java.util.Random;

/** What a model is taught: draws the next lesson. */
interface Curriculum {

    Lesson draw(Random random, ProblemGenerator problems, Tokenizer tokenizer);

    /** Solving problems from beginning to end. */
    static Curriculum solving() {
        return (random, problems, tokenizer) -> Lesson.inSolving(tokenizer, problems.next());
    }

    /**
     * Calculating what is planned, and hardly any planning: what a model of this curriculum lacks is practice, not room.
     * Lessons without a story are bare expressions; in the others the plan is given.
     *
     * @param solvingShare share of lessons that ask for a plan, 0 to 1
     * @param drillShare share of lessons without a story, 0 to 1
     */
    static Curriculum calculating(double solvingShare, double drillShare) {
        return (random, problems, tokenizer) -> {
            double roll = random.nextDouble();
            var problem = problems.next();
            if (roll < solvingShare) {
                return Lesson.inSolving(tokenizer, problem);
            }
            return roll < solvingShare + drillShare
                    ? Lesson.inSolving(tokenizer, problem.asDrill())
                    : Lesson.inCalculating(tokenizer, problem);
        };
    }
}
