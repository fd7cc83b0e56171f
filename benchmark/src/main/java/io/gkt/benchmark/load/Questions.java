package io.gkt.benchmark.load;

import io.gkt.demo.problem.Problem;
import io.gkt.demo.problem.ProblemGenerator;
import io.gkt.protocol.GuidanceRequest;
import io.gkt.protocol.Sampling;
import java.util.UUID;
import java.util.stream.Collectors;

/** An endless sequence of word problems to give guidance for. The same seed gives the same. Not thread-safe. */
public final class Questions {

    private final ProblemGenerator problems;
    private final String examples;
    private final int tokens;
    private final Sampling sampling;

    /**
     * @param seed       of the problems
     * @param examples   worked examples before each problem, the same ones for all
     * @param tokens     most tokens asked for
     * @param exactly    whether answers have so many tokens, even if the model would end sooner
     */
    public Questions(long seed, int examples, int tokens, boolean exactly) {
        this.problems = ProblemGenerator.heldOut(seed);
        this.examples = ProblemGenerator.training(0).stream()
                .limit(examples)
                .map(example -> example.prompt() + " " + example.answer() + "\n\n")
                .collect(Collectors.joining());
        this.tokens = tokens;
        this.sampling = exactly ? new Sampling(0.0, null, null, null, null, null, null, null, tokens) : Sampling.UNSET;
    }

    /** @return the next request */
    public GuidanceRequest next() {
        Problem problem = problems.next();
        return new GuidanceRequest(
                UUID.randomUUID().toString(),
                null,
                null,
                null,
                examples + problem.prompt(),
                tokens,
                null,
                sampling,
                null);
    }
}
