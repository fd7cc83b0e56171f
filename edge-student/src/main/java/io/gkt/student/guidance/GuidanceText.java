package io.gkt.student.guidance;

import java.lang.Character.UnicodeScript;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;

/** Makes the teacher's text fit to be continued by another model. */
public final class GuidanceText {

    /** Where guidance that was cut off by its number of tokens may end. */
    public enum Boundary {
        /** After a whole word: the last one, which more tokens might have gone on with, is left to the student. */
        WORD,
        /** Where the teacher's tokens end. */
        TOKEN
    }

    /** Written without spaces: each character may end a word. */
    private static final Set<UnicodeScript> UNSPACED = EnumSet.of(
            UnicodeScript.HAN,
            UnicodeScript.HIRAGANA,
            UnicodeScript.KATAKANA,
            UnicodeScript.THAI,
            UnicodeScript.LAO,
            UnicodeScript.KHMER,
            UnicodeScript.MYANMAR);

    private GuidanceText() {}

    /**
     * Removes what no answer has: control characters other than tab and line feed, unpaired surrogates, replacement
     * characters, and everything from the first special-token text on, where an invented next turn begins.
     *
     * @param text          what the teacher wrote
     * @param specialTokens texts that are markup to the student
     * @return the rest
     */
    static String sanitise(String text, Collection<String> specialTokens) {
        int end = specialTokens.stream()
                .filter(token -> !token.isEmpty())
                .mapToInt(text::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(text.length());
        return text.substring(0, end)
                .codePoints()
                .filter(c -> c == '\n' || c == '\t' || !(Character.isISOControl(c) || c == 0xFFFD || isSurrogate(c)))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    /**
     * Cuts text that goes on to where another model, with other tokens, can take over.
     *
     * @param text     guidance that more tokens would have followed
     * @param boundary where it may end
     * @return its beginning, without white space at the end
     */
    static String cut(String text, Boundary boundary) {
        int end = text.length();
        if (boundary == Boundary.WORD) {
            while (end > 0 && continuesWord(text, end)) {
                end -= Character.charCount(text.codePointBefore(end));
            }
        }
        return text.substring(0, end).stripTrailing();
    }

    /** Whether the character before {@code end} belongs to a word that reaches up to there. */
    private static boolean continuesWord(String text, int end) {
        int character = text.codePointBefore(end);
        if (Character.isLetterOrDigit(character) || Character.getType(character) == Character.NON_SPACING_MARK) {
            return !UNSPACED.contains(UnicodeScript.of(character));
        }
        boolean inside = end < text.length() && end > 1 && Character.isLetterOrDigit(text.codePointAt(end));
        return inside
                && "'\u2019-_.,".indexOf(character) >= 0
                && Character.isLetterOrDigit(text.codePointBefore(end - 1));
    }

    /**
     * Joins a chat prompt and an answer's beginning as the student's template would: the two templates need not agree
     * on whether answers begin with a space.
     *
     * @param prompt        the rendered prompt
     * @param guidance      the beginning of the answer
     * @param specialTokens texts that are markup to the student
     * @return the beginning, with a leading space only where the prompt ends in visible text
     */
    public static String fitTo(String prompt, String guidance, Collection<String> specialTokens) {
        String bare = guidance.stripLeading();
        boolean afterMarkup = prompt.isEmpty()
                || Character.isWhitespace(prompt.codePointBefore(prompt.length()))
                || specialTokens.stream().anyMatch(token -> !token.isEmpty() && prompt.endsWith(token));
        return afterMarkup || bare.isEmpty() ? bare : " " + bare;
    }
}
