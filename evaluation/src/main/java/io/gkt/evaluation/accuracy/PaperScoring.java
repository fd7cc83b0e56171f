package io.gkt.evaluation.accuracy;

import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rule of the paper's reference implementation, for comparison only: digits alone make a number, so that signs,
 * decimals and separators are lost; brackets around a letter make it a miss; and a miss is answered by a guess, a number
 * from 0 to 100 or one of five letters (of four for CSQA, though it has five choices). The guesses are seeded here.
 */
final class PaperScoring {

    private static final Pattern NUMBER = Pattern.compile("(?is)the answer is\\D*?(\\d+)");
    private static final Pattern LETTER = Pattern.compile("The answer is ([A-Z])");
    private static final int LARGEST_GUESS = 100;

    private PaperScoring() {}

    /** Whether the rule takes the item's answer for the right one; a guess depends on the item and the seed only. */
    static boolean accepts(Item item, long seed) {
        SplittableRandom random = new SplittableRandom(31 * seed + item.id().hashCode());
        boolean number = item.dataset().answerForm() == AnswerForm.NUMBER;
        Matcher found = (number ? NUMBER : LETTER).matcher(item.completion());
        String stated = found.results()
                .map(match -> match.group(1))
                .reduce((first, second) -> second)
                .orElse(null);
        if (stated == null) {
            int letters = item.dataset() == Dataset.CSQA ? 4 : 5;
            stated = number
                    ? Integer.toString(random.nextInt(LARGEST_GUESS + 1))
                    : Character.toString('A' + random.nextInt(letters));
        }
        return number ? AnswerForm.value(stated).equals(item.expected()) : stated.equals(item.expected());
    }
}
