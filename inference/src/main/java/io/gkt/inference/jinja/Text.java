package io.gkt.inference.jinja;

import io.gkt.inference.tokenizer.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A template's string, which remembers for each character whether it came from a message or from the template. All
 * operations carry that along, so what a user wrote stays known as such in the rendered prompt however the template cut
 * and joined it. Equality looks at the characters only.
 */
public final class Text implements Comparable<Text> {
    /** Longest text a template may build, in UTF-16 code units. */
    static final int MAX_LENGTH = 1 << 24;

    /** Longest text that becomes a list of its characters. */
    private static final int MAX_CHARACTERS = 1 << 20;

    static final Text EMPTY = markup("");
    private static final char MARKUP = 'm';
    private static final char PLAIN = 'p';

    private final String chars;
    /** MARKUP or PLAIN for each of {@link #chars}. */
    private final String origins;

    private Text(String chars, String origins) {
        this.chars = chars;
        this.origins = origins;
    }

    /**
     * @param chars written by the template, or trusted like it
     * @return them
     */
    public static Text markup(String chars) {
        return new Text(chars, String.valueOf(MARKUP).repeat(chars.length()));
    }

    /**
     * @param chars written by somebody who is not to be trusted with markup
     * @return them
     */
    public static Text plain(String chars) {
        return new Text(chars, String.valueOf(PLAIN).repeat(chars.length()));
    }

    /** @return the characters; indices are into this string */
    public String chars() {
        return chars;
    }

    boolean isEmpty() {
        return chars.isEmpty();
    }

    /** Python's length: code points. */
    int codePoints() {
        return chars.codePointCount(0, chars.length());
    }

    /**
     * @param begin index of the first character
     * @param end   index behind the last
     * @return these characters
     */
    public Text substring(int begin, int end) {
        return new Text(chars.substring(begin, end), origins.substring(begin, end));
    }

    Text substring(int begin) {
        return substring(begin, chars.length());
    }

    Text plus(Text other) {
        return new Builder().append(this).append(other).build();
    }

    Text repeat(long times) {
        if (times <= 0) {
            return EMPTY;
        }
        if (times > MAX_LENGTH || times * chars.length() > MAX_LENGTH) {
            throw tooLong();
        }
        return new Text(chars.repeat((int) times), origins.repeat((int) times));
    }

    /** Of the text as Python counts it, in code points. */
    Text codePoints(long begin, long end) {
        int from = chars.offsetByCodePoints(0, (int) begin);
        return substring(from, chars.offsetByCodePoints(from, (int) (end - begin)));
    }

    /** One text per code point. */
    List<Object> characters() {
        if (chars.length() > MAX_CHARACTERS) {
            throw new TemplateException(
                    "The chat template takes a text of more than " + MAX_CHARACTERS + " characters apart");
        }
        List<Object> characters = new ArrayList<>();
        for (int i = 0; i < chars.length(); ) {
            int end = chars.offsetByCodePoints(i, 1);
            characters.add(substring(i, end));
            i = end;
        }
        return characters;
    }

    /** Replaces each code point, keeping where it came from. */
    Text mapCharacters(UnaryOperator<String> mapping) {
        Builder mapped = new Builder();
        for (int i = 0; i < chars.length(); ) {
            int end = chars.offsetByCodePoints(i, 1);
            String to = mapping.apply(chars.substring(i, end));
            mapped.append(new Text(to, origins.substring(i, i + 1).repeat(to.length())));
            i = end;
        }
        return mapped.build();
    }

    Text replace(Text target, Text replacement, long count) {
        Builder replaced = new Builder();
        int from = 0;
        int at = chars.indexOf(target.chars);
        while (at >= 0 && count-- != 0) {
            replaced.append(substring(from, at)).append(replacement);
            from = at + target.chars.length();
            if (target.isEmpty()) {
                if (from == chars.length()) {
                    break;
                }
                int end = chars.offsetByCodePoints(from, 1);
                replaced.append(substring(from, end));
                from = end;
            }
            at = chars.indexOf(target.chars, from);
        }
        return replaced.append(substring(from)).build();
    }

    /** Removes leading and trailing characters: those in {@code set}, or white space if it is null. */
    Text strip(String set, boolean left, boolean right) {
        int begin = 0;
        int end = chars.length();
        while (left && begin < end && isIn(set, chars.codePointAt(begin))) {
            begin = chars.offsetByCodePoints(begin, 1);
        }
        while (right && begin < end && isIn(set, chars.codePointBefore(end))) {
            end = chars.offsetByCodePoints(end, -1);
        }
        return substring(begin, end);
    }

    private static boolean isIn(String set, int codePoint) {
        return set == null ? isSpace(codePoint) : set.indexOf(codePoint) >= 0;
    }

    /** Python's {@code str.isspace} for one code point. */
    static boolean isSpace(int codePoint) {
        return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint) || codePoint == 0x85;
    }

    /** @return the text as a prompt's spans: markup where the template wrote it, plain elsewhere */
    public List<Prompt.Span> spans() {
        List<Prompt.Span> spans = new ArrayList<>();
        int begin = 0;
        for (int i = 1; i <= chars.length(); i++) {
            if (i == chars.length() || origins.charAt(i) != origins.charAt(begin)) {
                spans.add(new Prompt.Span(chars.substring(begin, i), origins.charAt(begin) == MARKUP));
                begin = i;
            }
        }
        return spans;
    }

    @Override
    public int compareTo(Text other) {
        return chars.compareTo(other.chars);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Text text && chars.equals(text.chars);
    }

    @Override
    public int hashCode() {
        return chars.hashCode();
    }

    @Override
    public String toString() {
        return chars;
    }

    private static TemplateException tooLong() {
        return new TemplateException("The chat template builds a text of more than " + MAX_LENGTH + " characters");
    }

    static final class Builder {
        private final StringBuilder chars = new StringBuilder();
        private final StringBuilder origins = new StringBuilder();

        Builder append(Text text) {
            if (chars.length() + text.chars.length() > MAX_LENGTH) {
                throw tooLong();
            }
            chars.append(text.chars);
            origins.append(text.origins);
            return this;
        }

        Builder append(String markup) {
            return append(markup(markup));
        }

        Text build() {
            return new Text(chars.toString(), origins.toString());
        }
    }
}
