package io.gkt.inference.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts Jinja source into tokens, with {@code trim_blocks} and {@code lstrip_blocks} on as transformers has them. */
final class TemplateLexer {
    enum Kind {
        /** Text outside tags. */
        DATA,
        VARIABLE_BEGIN,
        VARIABLE_END,
        BLOCK_BEGIN,
        BLOCK_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    /**
     * One token.
     *
     * @param value its text; of strings, the unescaped content
     */
    record Token(Kind kind, String value, int line) {
        boolean is(Kind other, String text) {
            return kind == other && value.equals(text);
        }
    }

    private static final Pattern TAG = Pattern.compile("\\{\\{|\\{%|\\{#");
    private static final Pattern RAW_BEGIN = unicode("\\{%[-+]?\\s*raw\\s*(?:-%\\}\\s*|%\\})");
    private static final Pattern RAW_END = unicode("\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\\n?)");
    private static final Pattern COMMENT_END = unicode("\\+#\\}|-#\\}\\s*|#\\}\\n?");
    private static final Pattern BLOCK_END = unicode("\\+%\\}|-%\\}\\s*|%\\}\\n?");
    private static final Pattern VARIABLE_END = unicode("-\\}\\}\\s*|\\}\\}");
    private static final Pattern SPACE = unicode("\\s+");
    private static final Pattern FLOAT = Pattern.compile(
            "(?<!\\.)\\d+(?:_\\d+)*(?:(?:\\.\\d+(?:_\\d+)*)?[eE][+-]?\\d+(?:_\\d+)*|\\.\\d+(?:_\\d+)*)");
    private static final Pattern INTEGER =
            Pattern.compile("0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\\da-fA-F])+|\\d+(?:_\\d+)*");
    private static final Pattern NAME = unicode("[\\w&&[^\\d]]\\w*");
    private static final Pattern STRING =
            Pattern.compile("'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"", Pattern.DOTALL);
    private static final Pattern OPERATOR = Pattern.compile("\\*\\*|//|==|!=|>=|<=|[-+/*%~\\[\\](){}<>=.:|,;]");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int line = 1;
    /** Line breaks before this are in {@link #line}. */
    private int counted;

    private TemplateLexer(String source) {
        this.source = source;
    }

    private static Pattern unicode(String regex) {
        return Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS);
    }

    static List<Token> tokenize(String source) {
        String lines = source.replace("\r\n", "\n").replace('\r', '\n');
        TemplateLexer lexer = new TemplateLexer(lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        Matcher tag = TAG.matcher(source);
        while (tag.find(position)) {
            int begin = tag.start();
            boolean variable = tag.group().equals("{{");
            String before = stripped(position, begin, sign(begin + 2), !variable);
            add(Kind.DATA, before);
            position = begin;
            if (tag.group().equals("{#")) {
                Matcher end = find(COMMENT_END, begin + 2 + sign(begin + 2).length(), "comment");
                position = end.end();
            } else if (match(RAW_BEGIN) != null) {
                int from = position;
                Matcher end = find(RAW_END, from, "raw block");
                add(Kind.DATA, stripped(from, end.start(), end.group(1), true));
                position = end.end();
            } else {
                add(variable ? Kind.VARIABLE_BEGIN : Kind.BLOCK_BEGIN, tag.group());
                position = begin + 2 + sign(begin + 2).length();
                tag(variable ? Kind.VARIABLE_END : Kind.BLOCK_END, variable ? VARIABLE_END : BLOCK_END);
            }
        }
        add(Kind.DATA, source.substring(position));
        position = source.length();
        add(Kind.END, "end of template");
    }

    /** The white-space control sign behind a tag's opening. */
    private String sign(int at) {
        return source.startsWith("-", at) || source.startsWith("+", at) ? source.substring(at, at + 1) : "";
    }

    /** The text before a tag, without the white space the tag takes away. */
    private String stripped(int from, int to, String sign, boolean block) {
        String text = source.substring(from, to);
        if (sign.equals("-")) {
            return Text.markup(text).strip(null, false, true).chars();
        }
        int line = text.lastIndexOf('\n') + 1;
        boolean atLineStart = line > 0 || from == 0 || source.charAt(from - 1) == '\n';
        return block
                        && sign.isEmpty()
                        && atLineStart
                        && text.substring(line).codePoints().allMatch(Text::isSpace)
                ? text.substring(0, line)
                : text;
    }

    private void tag(Kind endKind, Pattern end) {
        Deque<String> brackets = new ArrayDeque<>();
        while (true) {
            match(SPACE);
            if (position == source.length()) {
                throw error("the template ends inside a tag");
            }
            String text = brackets.isEmpty() ? match(end) : null;
            if (text != null) {
                add(endKind, text);
                return;
            }
            if ((text = match(FLOAT)) != null) {
                add(Kind.FLOAT, text.replace("_", ""));
            } else if ((text = match(INTEGER)) != null) {
                add(Kind.INTEGER, text.replace("_", ""));
            } else if ((text = match(NAME)) != null) {
                add(Kind.NAME, text);
            } else if ((text = match(STRING)) != null) {
                tokens.add(new Token(Kind.STRING, unescape(text.substring(1, text.length() - 1)), line()));
            } else if ((text = match(OPERATOR)) != null) {
                balance(brackets, text);
                add(Kind.OPERATOR, text);
            } else {
                throw error("unexpected character '" + source.charAt(position) + "'");
            }
        }
    }

    private void balance(Deque<String> brackets, String operator) {
        switch (operator) {
            case "(" -> brackets.push(")");
            case "[" -> brackets.push("]");
            case "{" -> brackets.push("}");
            case ")", "]", "}" -> {
                if (brackets.isEmpty() || !brackets.pop().equals(operator)) {
                    throw error("unexpected '" + operator + "'");
                }
            }
            default -> {}
        }
    }

    private String match(Pattern pattern) {
        Matcher matcher = pattern.matcher(source).region(position, source.length());
        matcher.useTransparentBounds(true);
        if (!matcher.lookingAt()) {
            return null;
        }
        position = matcher.end();
        return matcher.group();
    }

    private Matcher find(Pattern pattern, int from, String what) {
        Matcher matcher = pattern.matcher(source);
        if (!matcher.find(from)) {
            throw error("a " + what + " is not closed");
        }
        return matcher;
    }

    private void add(Kind kind, String value) {
        if (kind != Kind.DATA || !value.isEmpty()) {
            tokens.add(new Token(kind, value, line()));
        }
    }

    private int line() {
        while (counted < position) {
            if (source.charAt(counted++) == '\n') {
                line++;
            }
        }
        return line;
    }

    private TemplateException error(String message) {
        return new TemplateException("Chat template, line " + line() + ": " + message);
    }

    /** Python's escapes in string literals. */
    private String unescape(String literal) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < literal.length(); i++) {
            char c = literal.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char escape = literal.charAt(++i);
            switch (escape) {
                case '\n' -> {}
                case '\\', '\'', '"' -> text.append(escape);
                case 'a' -> text.append('\u0007');
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'v' -> text.append('\u000B');
                case 'x', 'u', 'U' -> {
                    int digits = escape == 'x' ? 2 : escape == 'u' ? 4 : 8;
                    text.appendCodePoint(codePoint(literal, i + 1, i + 1 + digits, 16));
                    i += digits;
                }
                case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                    int end = i + 1;
                    while (end < Math.min(i + 3, literal.length()) && Character.digit(literal.charAt(end), 8) >= 0) {
                        end++;
                    }
                    text.appendCodePoint(codePoint(literal, i, end, 8));
                    i = end - 1;
                }
                default -> text.append('\\').append(escape);
            }
        }
        return text.toString();
    }

    private int codePoint(String literal, int begin, int end, int radix) {
        try {
            int codePoint = Integer.parseUnsignedInt(literal.substring(begin, end), radix);
            if (Character.isValidCodePoint(codePoint)) {
                return codePoint;
            }
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            // Said below.
        }
        throw error("a string literal has a wrong escape sequence");
    }
}
