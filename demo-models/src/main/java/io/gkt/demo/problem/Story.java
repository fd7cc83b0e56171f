package io.gkt.demo.problem;

import java.util.ArrayList;
import java.util.List;

/**
 * A story in the making: sentences in the order they happen, the question, and the plan that answers it.
 *
 * @param sentences what happens; sentences beside the story may be put between them
 * @param question what is asked
 * @param plan the expression that answers the question
 */
record Story(List<String> sentences, String question, Expression plan) {

    /** One kind of story. */
    interface Kind {
        Story tell(Scene scene);
    }

    static final List<Kind> KINDS = List.of(Story::ofEvents, Story::ofComparison, Story::ofSharing, Story::ofRates);

    /** Someone has things, gains some and loses some. */
    private static Story ofEvents(Scene scene) {
        var owner = scene.person(0);
        int start = scene.number(5, 60);
        var sentences = new ArrayList<String>();
        sentences.add(scene.phrase("%s has %d %s.", "%s starts with %d %s.", "In the morning %s has %d %s.")
                .formatted(owner, start, scene.thing()));
        var plan = Expression.of(start);
        // Operations in the plan: one for a simple event, two for an event that multiplies.
        int operations = 0;
        while (operations < 2 || (operations == 2 && scene.chance(0.4))) {
            boolean multiplies = operations < 2 && scene.chance(0.4);
            boolean gains = scene.chance(0.5);
            if (multiplies) {
                int times = scene.number(2, 9);
                int each = scene.number(2, 9);
                sentences.add(gains ? gainOfMany(scene, owner, times, each) : lossOfMany(scene, owner, times, each));
                var product = Expression.of(times).times(each);
                plan = gains ? plan.plus(product) : plan.minus(product);
            } else {
                int amount = scene.number(2, 40);
                sentences.add(gains ? gain(scene, owner, amount) : loss(scene, owner, amount));
                plan = gains ? plan.plus(amount) : plan.minus(amount);
            }
            operations += multiplies ? 2 : 1;
        }
        var question = scene.phrase(
                        "How many %2$s does %1$s have now?",
                        "How many %2$s does %1$s have in the end?", "How many %2$s does %1$s have after that?")
                .formatted(owner, scene.thing());
        return new Story(sentences, question, plan);
    }

    private static String gain(Scene scene, String owner, int amount) {
        return scene.phrase(
                        "%1$s buys %2$d more %3$s.",
                        "%1$s finds %2$d %3$s.", "%1$s gets %2$d %3$s from %4$s.", "%4$s gives %1$s %2$d %3$s.")
                .formatted(owner, amount, scene.thing(), scene.person(1));
    }

    private static String loss(Scene scene, String owner, int amount) {
        return scene.phrase(
                        "%1$s loses %2$d %3$s.",
                        "%1$s sells %2$d %3$s.", "%1$s gives %2$d %3$s to %4$s.", "%4$s takes %2$d %3$s from %1$s.")
                .formatted(owner, amount, scene.thing(), scene.person(2));
    }

    private static String gainOfMany(Scene scene, String owner, int times, int each) {
        return scene.phrase(
                        "%1$s buys %2$d %4$s of %3$d %5$s.",
                        "%1$s finds %2$d %4$s with %3$d %5$s in each.", "For %2$d days %1$s gets %3$d %5$s a day.")
                .formatted(owner, times, each, scene.container(), scene.thing());
    }

    private static String lossOfMany(Scene scene, String owner, int times, int each) {
        return scene.phrase(
                        "%1$s sells %2$d %4$s of %3$d %5$s.",
                        "%1$s fills %2$d %4$s with %3$d %5$s each and gives them away.",
                        "For %2$d days %1$s loses %3$d %5$s a day.")
                .formatted(owner, times, each, scene.container(), scene.thing());
    }

    /** One person has things, others have more, fewer, or times as many. */
    private static Story ofComparison(Scene scene) {
        var first = scene.person(0);
        var second = scene.person(1);
        int start = scene.number(3, 50);
        var sentences = new ArrayList<String>();
        sentences.add("%s has %d %s.".formatted(first, start, scene.thing()));
        var seconds = compare(scene, sentences, second, first, Expression.of(start));
        if (scene.chance(0.35)) {
            var question = scene.phrase(
                            "How many %s do %s and %s have together?", "How many %s do %s and %s have in all?")
                    .formatted(scene.thing(), first, second);
            return new Story(sentences, question, Expression.of(start).plus(seconds));
        }
        var third = scene.person(2);
        var thirds = compare(scene, sentences, third, second, seconds);
        return new Story(sentences, "How many %s does %s have?".formatted(scene.thing(), third), thirds);
    }

    private static Expression compare(
            Scene scene, List<String> sentences, String person, String other, Expression others) {
        int kind = scene.number(0, 2);
        int amount = kind == 2 ? scene.number(2, 9) : scene.number(2, 40);
        var phrase = List.of(
                        "%s has %d more %s than %s.",
                        "%s has %d fewer %s than %s.", "%s has %d times as many %s as %s.")
                .get(kind);
        sentences.add(phrase.formatted(person, amount, scene.thing(), other));
        return switch (kind) {
            case 0 -> others.plus(amount);
            case 1 -> others.minus(amount);
            default -> others.times(amount);
        };
    }

    /** Things are put together, or some are kept, and the rest is shared. */
    private static Story ofSharing(Scene scene) {
        var owner = scene.person(0);
        int sharers = scene.number(2, 9);
        var sentences = new ArrayList<String>();
        Expression stock;
        switch (scene.number(0, 2)) {
            case 0 -> {
                int times = scene.number(2, 9);
                int each = scene.number(2, 9);
                sentences.add(scene.phrase("%s has %d %s of %d %s.", "%s has %d %s with %d %s in each.")
                        .formatted(owner, times, scene.container(), each, scene.thing()));
                stock = Expression.of(times).times(each);
            }
            case 1 -> {
                int own = scene.number(2, 60);
                int others = scene.number(2, 60);
                sentences.add("%s has %d %s.".formatted(owner, own, scene.thing()));
                sentences.add(scene.phrase("%s gives %s %d %s.", "%s brings %s %d %s.")
                        .formatted(scene.person(1), owner, others, scene.thing()));
                stock = Expression.of(own).plus(others);
            }
            default -> {
                int own = scene.number(10, 90);
                int kept = scene.number(2, 40);
                sentences.add("%s has %d %s.".formatted(owner, own, scene.thing()));
                sentences.add(scene.phrase("%s keeps %d %s.", "%s loses %d %s.").formatted(owner, kept, scene.thing()));
                stock = Expression.of(own).minus(kept);
            }
        }
        sentences.add(scene.phrase(
                        "%1$s shares the %2$s equally among %3$d friends.",
                        "%3$d friends share the %2$s of %1$s equally.")
                .formatted(owner, scene.thing(), sharers));
        var share = stock.dividedBy(sharers);
        if (scene.chance(0.4)) {
            int before = scene.number(2, 40);
            sentences.add("Each friend already had %d %s.".formatted(before, scene.thing()));
            return new Story(
                    sentences, "How many %s does each friend have now?".formatted(scene.thing()), share.plus(before));
        }
        return new Story(sentences, "How many %s does each friend get?".formatted(scene.thing()), share);
    }

    /** People make so many a day for so many days. */
    private static Story ofRates(Scene scene) {
        var maker = scene.person(0);
        var other = scene.person(1);
        var sentences = new ArrayList<String>();
        var made = make(scene, sentences, maker);
        if (scene.chance(0.5)) {
            int amount = scene.number(2, 40);
            boolean gains = scene.chance(0.5);
            sentences.add(gains ? gain(scene, maker, amount) : loss(scene, maker, amount));
            return new Story(
                    sentences,
                    scene.phrase("How many %2$s does %1$s have now?", "How many %2$s does %1$s have in the end?")
                            .formatted(maker, scene.thing()),
                    gains ? made.plus(amount) : made.minus(amount));
        }
        var madeByOther = make(scene, sentences, other);
        return scene.chance(0.5)
                ? new Story(
                        sentences,
                        "How many %s do %s and %s make together?".formatted(scene.thing(), maker, other),
                        made.plus(madeByOther))
                : new Story(
                        sentences,
                        "How many more %s does %s make than %s?".formatted(scene.thing(), maker, other),
                        made.minus(madeByOther));
    }

    private static Expression make(Scene scene, List<String> sentences, String maker) {
        int each = scene.number(2, 12);
        int days = scene.number(2, 9);
        sentences.add(scene.phrase(
                        "%1$s makes %2$d %4$s a day for %3$d days.", "Every day %1$s makes %2$d %4$s, for %3$d days.")
                .formatted(maker, each, days, scene.thing()));
        return Expression.of(each).times(days);
    }
}
