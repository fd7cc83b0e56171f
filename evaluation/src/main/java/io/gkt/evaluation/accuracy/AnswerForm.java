package io.gkt.evaluation.accuracy;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the right answers of a dataset look like, and how they are found in what a model wrote. */
enum AnswerForm {
    /** A number, compared by value: {@code The answer is $1,250.00.} gives {@code 1250}. */
    NUMBER {
        @Override
        Optional<String> read(String statement) {
            Matcher number = NUMBERS.matcher(statement.substring(statement.lastIndexOf('=') + 1));
            return number.find() ? Optional.of(value(number.toMatchResult())) : Optional.empty();
        }

        @Override
        boolean isGivenAway(String guidance, Example example) {
            boolean inQuestion = NUMBERS.matcher(example.question())
                    .results()
                    .anyMatch(number -> value(number).equals(example.expected()));
            return NUMBERS.matcher(guidance)
                    .results()
                    .filter(number -> value(number).equals(example.expected()))
                    .anyMatch(number -> !inQuestion
                            || guidance.substring(0, number.start())
                                    .stripTrailing()
                                    .endsWith("="));
        }
    },

    /** One of the choices' letters: {@code The answer is (e).} gives {@code E}. */
    CHOICE {
        @Override
        Optional<String> read(String statement) {
            Matcher leading = LEADING_LETTER.matcher(statement);
            if (leading.lookingAt()) {
                return Optional.of(leading.group(1));
            }
            Matcher bracketed = BRACKETED_LETTER.matcher(statement);
            return bracketed.find() ? Optional.of(bracketed.group(1).toUpperCase(Locale.ROOT)) : Optional.empty();
        }

        @Override
        boolean isGivenAway(String guidance, Example example) {
            return BRACKETED_LETTER
                    .matcher(guidance)
                    .results()
                    .anyMatch(letter -> letter.group(1).equalsIgnoreCase(example.expected()));
        }
    };

    private static final Pattern NEXT_QUESTION = Pattern.compile("\\n\\s*Q:");
    private static final Pattern MARKER = Pattern.compile("(?i)\\bthe (?:final )?answer is\\b[:\\s]*");
    private static final Pattern STATEMENT_END = Pattern.compile("[.!?](?=\\s|$)|\\n");

    /**
     * Sign, currency, sign, digits, decimals. A minus between two operands is no sign, and the parts of fractions,
     * times and words are no numbers.
     */
    private static final Pattern NUMBERS =
            Pattern.compile("((?<![\\p{L}\\d)])(?<![\\d)]\\s)[-\u2212])?[$\u20ac\u00a3]?([-\u2212])?"
                    + "(?<![\\p{L}\\d.,:/])((?:\\d{1,3}+(?:,\\d{3})++(?!\\d)|\\d++)(?:\\.\\d++)?+|\\.\\d++)"
                    + "(?!\\s?/\\s?\\d|[,:]?\\d)");

    private static final Pattern LEADING_LETTER =
            Pattern.compile("(?:(?i:option|choice)\\s+)?[*_\"'\u201c(\\[{]*([A-Z])(?![\\p{L}\\d'\u2019])");
    private static final Pattern BRACKETED_LETTER = Pattern.compile("\\(([A-Za-z])\\)");

    /**
     * Finds the answer: what the last {@code The answer is} says, in any case, of what stands before an invented next
     * question.
     *
     * @param text a whole answer, or its beginning
     * @return the answer as {@link Example#expected()} is written; empty if the text states none, which is wrong
     */
    Optional<String> extract(String text) {
        String own = NEXT_QUESTION.split(text, 2)[0];
        int statement =
                MARKER.matcher(own).results().mapToInt(MatchResult::end).max().orElse(-1);
        return statement < 0 ? Optional.empty() : read(STATEMENT_END.split(own.substring(statement), 2)[0]);
    }

    /**
     * Says whether guidance holds the final result already, so that the student had nothing to find out. Strict: the
     * result may be called the answer, or stand anywhere in the guidance where it is not taken from the question; a
     * number that is in the question too counts only right after an equals sign, a choice only as {@code (E)}.
     *
     * @param guidance the beginning of an answer
     * @param example  what was asked
     * @return whether it does
     */
    boolean leaks(String guidance, Example example) {
        return extract(guidance).filter(example.expected()::equals).isPresent() || isGivenAway(guidance, example);
    }

    /** Reads the answer off the rest of a sentence that began with {@code The answer is}. */
    abstract Optional<String> read(String statement);

    abstract boolean isGivenAway(String guidance, Example example);

    /** How the value of a number is written, whatever its separators, currency and trailing zeros. */
    static String value(String number) {
        return new BigDecimal(number.replace(",", "").strip())
                .stripTrailingZeros()
                .toPlainString();
    }

    static String value(MatchResult number) {
        boolean negative = number.group(1) != null || number.group(2) != null;
        return value((negative ? "-" : "") + number.group(3));
    }
}
