package io.gkt.inference.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;

/** Python's methods of str, dict and list, those that do not change their object. */
final class Methods {
    private interface Method<T> {
        Object call(T self, Arguments arguments);
    }

    private static final Map<String, Method<Text>> OF_TEXT = new HashMap<>();
    private static final Map<String, Method<Map<?, ?>>> OF_MAP = new HashMap<>();
    private static final Map<String, Method<List<?>>> OF_LIST = new HashMap<>();

    static {
        OF_TEXT.put("strip", (self, a) -> self.strip(a.charsOrNull(0, "chars"), true, true));
        OF_TEXT.put("lstrip", (self, a) -> self.strip(a.charsOrNull(0, "chars"), true, false));
        OF_TEXT.put("rstrip", (self, a) -> self.strip(a.charsOrNull(0, "chars"), false, true));
        OF_TEXT.put(
                "split", (self, a) -> split(self, a.charsOrNull(0, "sep"), a.integer(1, "maxsplit", Long.MAX_VALUE)));
        OF_TEXT.put(
                "rsplit", (self, a) -> rsplit(self, a.charsOrNull(0, "sep"), a.integer(1, "maxsplit", Long.MAX_VALUE)));
        OF_TEXT.put("splitlines", (self, a) -> splitLines(self, a.flag(0, "keepends", false)));
        OF_TEXT.put("partition", (self, a) -> partition(self, a.text(0, "sep"), false));
        OF_TEXT.put("rpartition", (self, a) -> partition(self, a.text(0, "sep"), true));
        OF_TEXT.put("startswith", (self, a) -> affix(self, a, String::startsWith));
        OF_TEXT.put("endswith", (self, a) -> affix(self, a, String::endsWith));
        OF_TEXT.put(
                "removeprefix",
                (self, a) -> self.chars().startsWith(a.text(0, "prefix").chars())
                        ? self.substring(a.text(0, "prefix").chars().length())
                        : self);
        OF_TEXT.put(
                "removesuffix",
                (self, a) -> self.chars().endsWith(a.text(0, "suffix").chars())
                        ? self.substring(
                                0,
                                self.chars().length()
                                        - a.text(0, "suffix").chars().length())
                        : self);
        OF_TEXT.put(
                "replace", (self, a) -> self.replace(a.text(0, "old"), a.text(1, "new"), a.integer(2, "count", -1)));
        OF_TEXT.put("join", (self, a) -> join(self, Values.iterate(a.get(0, "iterable"))));
        OF_TEXT.put("find", (self, a) -> index(self, self.chars().indexOf(sub(a))));
        OF_TEXT.put("rfind", (self, a) -> index(self, self.chars().lastIndexOf(sub(a))));
        OF_TEXT.put("index", (self, a) -> found(index(self, self.chars().indexOf(sub(a)))));
        OF_TEXT.put("rindex", (self, a) -> found(index(self, self.chars().lastIndexOf(sub(a)))));
        OF_TEXT.put("count", (self, a) -> count(self, sub(a)));
        OF_TEXT.put("upper", (self, a) -> upper(self));
        OF_TEXT.put("lower", (self, a) -> lower(self));
        OF_TEXT.put("title", (self, a) -> title(self, Character::isLetter));
        OF_TEXT.put("capitalize", (self, a) -> capitalize(self));
        OF_TEXT.put("format", TextFormat::braces);
        OF_TEXT.put("isspace", (self, a) -> all(self, Text::isSpace));
        OF_TEXT.put("isdigit", (self, a) -> all(self, Character::isDigit));
        OF_TEXT.put("isdecimal", (self, a) -> all(self, Character::isDigit));
        OF_TEXT.put("isnumeric", (self, a) -> all(self, Character::isDigit));
        OF_TEXT.put("isalpha", (self, a) -> all(self, Character::isLetter));
        OF_TEXT.put("isalnum", (self, a) -> all(self, Character::isLetterOrDigit));
        OF_TEXT.put("isupper", (self, a) -> self.equals(upper(self)) && !self.equals(lower(self)));
        OF_TEXT.put("islower", (self, a) -> self.equals(lower(self)) && !self.equals(upper(self)));
        OF_TEXT.put(
                "ljust", (self, a) -> self.plus(Text.markup(" ").repeat(a.integer(0, "width", 0) - self.codePoints())));
        OF_TEXT.put(
                "rjust",
                (self, a) -> Text.markup(" ")
                        .repeat(a.integer(0, "width", 0) - self.codePoints())
                        .plus(self));
        OF_TEXT.put(
                "zfill",
                (self, a) -> Text.markup("0")
                        .repeat(a.integer(0, "width", 0) - self.codePoints())
                        .plus(self));

        OF_MAP.put("items", (self, a) -> items(self));
        OF_MAP.put("keys", (self, a) -> new ArrayList<Object>(self.keySet()));
        OF_MAP.put("values", (self, a) -> new ArrayList<Object>(self.values()));
        OF_MAP.put("copy", (self, a) -> new LinkedHashMap<Object, Object>(self));
        OF_MAP.put("get", (self, a) -> {
            Object key = Values.key(a.get(0, "key"));
            return self.containsKey(key) ? self.get(key) : a.get(1, "default", null);
        });

        OF_LIST.put("copy", (self, a) -> new ArrayList<Object>(self));
        OF_LIST.put(
                "count",
                (self, a) -> self.stream()
                        .filter(element -> Values.equal(element, a.get(0, "value")))
                        .count());
        OF_LIST.put("index", (self, a) -> {
            for (int i = 0; i < self.size(); i++) {
                if (Values.equal(self.get(i), a.get(0, "value"))) {
                    return (long) i;
                }
            }
            throw Values.error("the value is not in the list");
        });
    }

    private Methods() {}

    /** The method of a value, or null if its type has none of this name. */
    static Callable find(Object value, String name) {
        if (value instanceof Text text) {
            return bind(text, OF_TEXT.get(name));
        } else if (value instanceof Map<?, ?> map) {
            return bind(map, OF_MAP.get(name));
        } else if (value instanceof List<?> list) {
            return bind(list, OF_LIST.get(name));
        }
        return null;
    }

    private static <T> Callable bind(T self, Method<T> method) {
        return method == null ? null : arguments -> method.call(self, arguments);
    }

    static List<Object> items(Map<?, ?> map) {
        List<Object> items = new ArrayList<>();
        map.forEach((key, value) -> items.add(Tuple.of(key, value)));
        return items;
    }

    static Text join(Text separator, List<Object> elements) {
        Text.Builder joined = new Text.Builder();
        for (int i = 0; i < elements.size(); i++) {
            joined.append(i == 0 ? Text.EMPTY : separator).append(Values.text(elements.get(i)));
        }
        return joined.build();
    }

    static Text upper(Text text) {
        return text.mapCharacters(c -> c.toUpperCase(Locale.ROOT));
    }

    static Text lower(Text text) {
        return text.mapCharacters(c -> c.toLowerCase(Locale.ROOT));
    }

    static Text capitalize(Text text) {
        int first = text.isEmpty() ? 0 : text.chars().offsetByCodePoints(0, 1);
        return upper(text.substring(0, first)).plus(lower(text.substring(first)));
    }

    /** Upper case where a word begins, lower case elsewhere. */
    static Text title(Text text, IntPredicate inWord) {
        boolean[] begins = {true};
        return text.mapCharacters(c -> {
            String mapped = begins[0] ? c.toUpperCase(Locale.ROOT) : c.toLowerCase(Locale.ROOT);
            begins[0] = !inWord.test(c.codePointAt(0));
            return mapped;
        });
    }

    private static boolean all(Text text, IntPredicate test) {
        return !text.isEmpty() && text.chars().codePoints().allMatch(test);
    }

    private static boolean affix(Text self, Arguments arguments, BiPredicate<String, String> test) {
        Object affix = arguments.get(0, "prefix");
        List<Object> affixes = affix instanceof Tuple tuple ? tuple : Collections.singletonList(affix);
        return affixes.stream()
                .anyMatch(one -> test.test(self.chars(), Values.text(one).chars()));
    }

    private static String sub(Arguments arguments) {
        return arguments.text(0, "sub").chars();
    }

    private static long index(Text text, int at) {
        return at < 0 ? -1 : text.chars().codePointCount(0, at);
    }

    private static long found(long index) {
        if (index < 0) {
            throw Values.error("substring not found");
        }
        return index;
    }

    private static long count(Text text, String sub) {
        if (sub.isEmpty()) {
            return text.codePoints() + 1L;
        }
        long count = 0;
        for (int at = text.chars().indexOf(sub); at >= 0; at = text.chars().indexOf(sub, at + sub.length())) {
            count++;
        }
        return count;
    }

    private static Tuple partition(Text text, Text separator, boolean last) {
        int at = last
                ? text.chars().lastIndexOf(separator.chars())
                : text.chars().indexOf(separator.chars());
        if (at < 0) {
            return last ? Tuple.of(Text.EMPTY, Text.EMPTY, text) : Tuple.of(text, Text.EMPTY, Text.EMPTY);
        }
        int end = at + separator.chars().length();
        return Tuple.of(text.substring(0, at), text.substring(at, end), text.substring(end));
    }

    private static List<Object> split(Text text, String separator, long limit) {
        long left = limit < 0 ? Long.MAX_VALUE : limit;
        List<Object> parts = new ArrayList<>();
        if (separator == null) {
            Text rest = text.strip(null, true, false);
            while (!rest.isEmpty()) {
                int end = left-- == 0
                        ? rest.chars().length()
                        : rest.chars().length() - afterWord(rest.chars()).length();
                parts.add(rest.substring(0, end));
                rest = rest.substring(end).strip(null, true, false);
            }
            return parts;
        }
        requireSeparator(separator);
        int from = 0;
        for (int at = text.chars().indexOf(separator); at >= 0 && left-- > 0; ) {
            parts.add(text.substring(from, at));
            from = at + separator.length();
            at = text.chars().indexOf(separator, from);
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static String afterWord(String text) {
        int i = 0;
        while (i < text.length() && !Text.isSpace(text.codePointAt(i))) {
            i = text.offsetByCodePoints(i, 1);
        }
        return text.substring(i);
    }

    private static List<Object> rsplit(Text text, String separator, long limit) {
        if (separator == null) {
            if (limit < 0 || limit == Long.MAX_VALUE) {
                return split(text, null, -1);
            }
            throw Values.error("rsplit at white space with a limit is not supported");
        }
        requireSeparator(separator);
        long left = limit < 0 ? Long.MAX_VALUE : limit;
        List<Object> parts = new ArrayList<>();
        int to = text.chars().length();
        int at = text.chars().lastIndexOf(separator);
        while (at >= 0 && left-- > 0) {
            parts.add(text.substring(at + separator.length(), to));
            to = at;
            at = to < separator.length() ? -1 : text.chars().lastIndexOf(separator, to - separator.length());
        }
        parts.add(text.substring(0, to));
        Collections.reverse(parts);
        return parts;
    }

    private static void requireSeparator(String separator) {
        if (separator.isEmpty()) {
            throw Values.error("empty separator");
        }
    }

    static List<Object> splitLines(Text text, boolean keepEnds) {
        List<Object> lines = new ArrayList<>();
        String chars = text.chars();
        int from = 0;
        for (int i = 0; i < chars.length(); i++) {
            if ("\n\r\u000B\f\u001C\u001D\u001E\u0085\u2028\u2029".indexOf(chars.charAt(i)) >= 0) {
                int end = chars.startsWith("\r\n", i) ? i + 2 : i + 1;
                lines.add(text.substring(from, keepEnds ? end : i));
                from = end;
                i = end - 1;
            }
        }
        if (from < chars.length()) {
            lines.add(text.substring(from));
        }
        return lines;
    }
}
