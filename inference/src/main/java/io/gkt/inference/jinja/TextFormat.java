package io.gkt.inference.jinja;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's two ways of filling values into a text, and JSON. */
final class TextFormat {
    private static final Pattern PERCENT = Pattern.compile("%(?:\\((\\w+)\\))?([-+ 0#]*\\d{0,3}(?:\\.\\d{1,2})?)(.)");
    private static final Pattern BRACES = Pattern.compile("\\{\\{|\\}\\}|\\{(\\w*)\\}");

    private TextFormat() {}

    /** {@code format % values}, with the conversions s, r, d, i, f, e, g, x and %. */
    static Text percent(Text format, Object values) {
        List<Object> positional = values instanceof Tuple tuple ? tuple : Collections.singletonList(values);
        Text.Builder out = new Text.Builder();
        Matcher matcher = PERCENT.matcher(format.chars());
        int from = 0;
        int next = 0;
        while (matcher.find()) {
            out.append(format.substring(from, matcher.start()));
            from = matcher.end();
            if (matcher.group(3).equals("%")) {
                out.append("%");
                continue;
            }
            if (matcher.group(1) == null && next == positional.size()) {
                throw Values.error("not enough values for the format '" + format + "'");
            }
            Object value = matcher.group(1) == null
                    ? positional.get(next++)
                    : Values.item(values, Text.markup(matcher.group(1)));
            out.append(convert(matcher.group(2), matcher.group(3), value));
        }
        return out.append(format.substring(from)).build();
    }

    private static Text convert(String flags, String conversion, Object value) {
        switch (conversion) {
            case "s", "r" -> {
                if (!flags.isEmpty()) {
                    break;
                }
                return conversion.equals("s") ? Values.str(value) : Values.repr(value);
            }
            case "d", "i", "x", "X" -> {
                long integer = value instanceof Double real ? real.longValue() : Values.integer(value);
                return Text.markup(String.format(Locale.ROOT, "%" + flags + conversion.replace('i', 'd'), integer));
            }
            case "f", "e" -> {
                return Text.markup(String.format(Locale.ROOT, "%" + flags + conversion, Values.real(value)));
            }
            default -> {}
        }
        throw Values.error("the format '%" + flags + conversion + "' is not supported");
    }

    /** {@code format.format(...)} without format specifications. */
    static Text braces(Text format, Arguments arguments) {
        Text.Builder out = new Text.Builder();
        Matcher matcher = BRACES.matcher(format.chars());
        int from = 0;
        int next = 0;
        while (matcher.find()) {
            out.append(format.substring(from, matcher.start()));
            from = matcher.end();
            String field = matcher.group(1);
            if (field == null) {
                out.append(format.substring(matcher.start(), matcher.start() + 1));
            } else if (field.isEmpty() || field.chars().allMatch(Character::isDigit)) {
                int index = field.isEmpty() ? next++ : Integer.parseInt(field);
                out.append(Values.str(arguments.get(index, "positional argument " + index)));
            } else {
                out.append(Values.str(arguments.get(arguments.positional().size(), field)));
            }
        }
        return out.append(format.substring(from)).build();
    }

    /**
     * JSON as transformers' {@code tojson} writes it: not ASCII only, nothing escaped for HTML.
     *
     * @param indent what one level is indented with, null for one line
     */
    static Text json(Object value, String indent, String itemSeparator, String keySeparator, boolean sortKeys) {
        Text.Builder out = new Text.Builder();
        new Json(indent, itemSeparator, keySeparator, sortKeys).append(value, out, 0);
        return out.build();
    }

    private record Json(String indent, String itemSeparator, String keySeparator, boolean sortKeys) {
        private void append(Object value, Text.Builder out, int depth) {
            if (value == null) {
                out.append("null");
            } else if (value instanceof Boolean || value instanceof Long) {
                out.append(value.toString());
            } else if (value instanceof Double real) {
                out.append(Double.isNaN(real) ? "NaN" : Values.spelled(real).replace("inf", "Infinity"));
            } else if (value instanceof Text text) {
                out.append("\"").append(text.mapCharacters(Json::escape)).append("\"");
            } else if (value instanceof List<?> list) {
                out.append("[");
                String separator = "";
                for (Object element : list) {
                    out.append(separator);
                    line(out, depth + 1);
                    append(element, out, depth + 1);
                    separator = itemSeparator;
                }
                close(out, depth, list.isEmpty(), "]");
            } else if (value instanceof Map<?, ?> map) {
                out.append("{");
                String separator = "";
                List<? extends Map.Entry<?, ?>> entries = map.entrySet().stream()
                        .sorted((a, b) -> sortKeys ? Values.compare(a.getKey(), b.getKey()) : 0)
                        .toList();
                for (Map.Entry<?, ?> entry : entries) {
                    out.append(separator);
                    line(out, depth + 1);
                    boolean text = entry.getKey() instanceof Text;
                    out.append(text ? "" : "\"");
                    append(entry.getKey(), out, depth + 1);
                    out.append(text ? "" : "\"").append(keySeparator);
                    append(entry.getValue(), out, depth + 1);
                    separator = itemSeparator;
                }
                close(out, depth, map.isEmpty(), "}");
            } else if (value instanceof Undefined undefined) {
                throw undefined.error();
            } else {
                throw Values.error("a " + Values.typeName(value) + " cannot be written as JSON");
            }
        }

        private void close(Text.Builder out, int depth, boolean empty, String bracket) {
            if (!empty) {
                line(out, depth);
            }
            out.append(bracket);
        }

        private void line(Text.Builder out, int depth) {
            if (indent != null) {
                out.append("\n" + indent.repeat(depth));
            }
        }

        private static String escape(String character) {
            return switch (character) {
                case "\"" -> "\\\"";
                case "\\" -> "\\\\";
                case "\n" -> "\\n";
                case "\r" -> "\\r";
                case "\t" -> "\\t";
                case "\b" -> "\\b";
                case "\f" -> "\\f";
                default -> character.charAt(0) < 0x20 ? String.format("\\u%04x", (int) character.charAt(0)) : character;
            };
        }
    }
}
