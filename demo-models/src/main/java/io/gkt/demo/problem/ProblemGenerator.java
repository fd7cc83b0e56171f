package io.gkt.demo.problem;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * An endless stream of problems of two or three operations, all numbers in 2..99, with up to two sentences that do not
 * matter. The same seed gives the same problems. No thread may share a generator with another.
 */
public final class ProblemGenerator {

    private static final int LARGEST = 99;

    private final Random random;
    private final Split split;

    private ProblemGenerator(long seed, Split split) {
        // Random alone begins alike for neighbouring seeds.
        this.random = new Random(new SplittableRandom(seed).nextLong());
        this.split = split;
    }

    /** Problems to learn from. */
    public static ProblemGenerator training(long seed) {
        return new ProblemGenerator(seed, Split.TRAINING);
    }

    /**
     * Problems to measure with: none of their expressions, and none of their pairs of person and thing, occurs in any
     * training problem of any seed.
     */
    public static ProblemGenerator heldOut(long seed) {
        return new ProblemGenerator(seed, Split.HELD_OUT);
    }

    public Stream<Problem> stream() {
        return Stream.generate(this::next);
    }

    public Problem next() {
        // The kind is settled before any numbers are, or kinds whose numbers rarely fit would be rare.
        var kind = Story.KINDS.get(random.nextInt(Story.KINDS.size()));
        while (true) {
            var scene = Scene.draw(random, split);
            var story = kind.tell(scene);
            if (isClean(story.plan()) && Split.ofExpression(story.plan().toString()) == split) {
                return Problem.of(text(scene, story), story.plan());
            }
        }
    }

    /** The result must be a number of its own, so that whether a text gives it away can be seen. */
    private static boolean isClean(Expression plan) {
        return plan.staysWithin(LARGEST)
                && plan.value() >= 2
                && plan.numbers().filter(number -> number == plan.value()).count() == 1;
    }

    private static String text(Scene scene, Story story) {
        var sentences = new ArrayList<>(story.sentences());
        double roll = scene.number(1, 100);
        int asides = roll <= 35 ? 0 : roll <= 80 ? 1 : 2;
        for (var aside : asides(scene).subList(0, asides)) {
            sentences.add(scene.number(0, sentences.size()), aside);
        }
        sentences.add(story.question());
        return String.join(" ", sentences);
    }

    /** Sentences with a number that the question does not depend on, in random order. */
    private static List<String> asides(Scene scene) {
        var owner = scene.person(0);
        var asides = new ArrayList<>(List.of(
                "%s has %d %s.".formatted(scene.bystander(), scene.number(2, 60), scene.thing()),
                "%s has %d %s.".formatted(owner, scene.number(2, 60), scene.otherThing(owner)),
                "%s is %d years old.".formatted(owner, scene.number(5, 60)),
                "The walk home takes %d minutes.".formatted(scene.number(5, 60))));
        scene.shuffle(asides);
        return asides;
    }
}
