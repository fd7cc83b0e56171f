package io.gkt.inference.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Jinja's filters, without those for HTML and those that give something random. */
final class Filters {
    private interface Filter {
        Object apply(Object value, Arguments arguments);
    }

    private static final Map<String, Filter> FILTERS = new HashMap<>();
    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final String WORD_BREAKS = "-({[<";

    static {
        FILTERS.put(
                "abs",
                (value, a) ->
                        value instanceof Double real ? Math.abs(real) : (Object) Math.absExact(Values.integer(value)));
        FILTERS.put(
                "attr", (value, a) -> Values.attribute(value, a.text(0, "name").chars()));
        FILTERS.put("capitalize", (value, a) -> Methods.capitalize(Values.str(value)));
        FILTERS.put("center", (value, a) -> center(Values.str(value), a.integer(0, "width", 80)));
        define((value, a) -> Values.length(value), "length", "count");
        define(Filters::otherwise, "default", "d");
        FILTERS.put("dictsort", Filters::dictSort);
        FILTERS.put("first", (value, a) -> end(Values.iterate(value), true));
        FILTERS.put("last", (value, a) -> end(Values.iterate(value), false));
        FILTERS.put("float", (value, a) -> toFloat(value, a.get(0, "default", 0.0)));
        FILTERS.put("int", (value, a) -> toInt(value, a.get(0, "default", 0L)));
        FILTERS.put(
                "format",
                (value, a) -> TextFormat.percent(
                        Values.str(value), a.named().isEmpty() ? new Tuple(a.positional()) : keyed(a.named())));
        FILTERS.put("groupby", Filters::groupBy);
        FILTERS.put("indent", Filters::indent);
        FILTERS.put("items", (value, a) -> value instanceof Undefined ? List.of() : Methods.items(map(value)));
        FILTERS.put("join", Filters::join);
        FILTERS.put("list", (value, a) -> new ArrayList<>(Values.iterate(value)));
        FILTERS.put("lower", (value, a) -> Methods.lower(Values.str(value)));
        FILTERS.put("upper", (value, a) -> Methods.upper(Values.str(value)));
        FILTERS.put(
                "title",
                (value, a) -> Methods.title(
                        Values.str(value), c -> WORD_BREAKS.indexOf(c) < 0 && !Character.isWhitespace(c)));
        FILTERS.put("map", Filters::map);
        FILTERS.put("max", (value, a) -> extreme(value, a, 1));
        FILTERS.put("min", (value, a) -> extreme(value, a, -1));
        FILTERS.put(
                "replace",
                (value, a) -> Values.str(value)
                        .replace(Values.str(a.get(0, "old")), Values.str(a.get(1, "new")), a.integer(2, "count", -1)));
        FILTERS.put(
                "reverse",
                (value, a) -> Values.slice(value instanceof Map ? Values.iterate(value) : value, null, null, -1L));
        FILTERS.put("round", Filters::round);
        FILTERS.put("select", (value, a) -> select(value, item -> item, a, true));
        FILTERS.put("reject", (value, a) -> select(value, item -> item, a, false));
        FILTERS.put("selectattr", (value, a) -> select(value, attribute(a.get(0, "attribute")), a.from(1), true));
        FILTERS.put("rejectattr", (value, a) -> select(value, attribute(a.get(0, "attribute")), a.from(1), false));
        FILTERS.put(
                "sort",
                (value, a) -> sorted(
                        Values.iterate(value),
                        key(a.get(2, "attribute", null), a.flag(1, "case_sensitive", false)),
                        a.flag(0, "reverse", false)));
        define((value, a) -> Values.str(value), "string", "safe");
        FILTERS.put("sum", Filters::sum);
        FILTERS.put("tojson", Filters::toJson);
        FILTERS.put("trim", (value, a) -> Values.str(value).strip(a.charsOrNull(0, "chars"), true, true));
        FILTERS.put("unique", Filters::unique);
        FILTERS.put(
                "wordcount",
                (value, a) -> WORD.matcher(Values.str(value).chars()).results().count());
    }

    private Filters() {}

    private static void define(Filter filter, String... names) {
        for (String name : names) {
            FILTERS.put(name, filter);
        }
    }

    static boolean exists(String name) {
        return FILTERS.containsKey(name);
    }

    static Object apply(String name, Object value, Arguments arguments) {
        Filter filter = FILTERS.get(name);
        if (filter == null) {
            throw Values.error("there is no filter '" + name + "'");
        }
        Budget.read(value);
        Object result = filter.apply(value, arguments);
        return result == value ? result : Budget.produced(result);
    }

    private static Object otherwise(Object value, Arguments arguments) {
        boolean missing = value instanceof Undefined || arguments.flag(1, "boolean", false) && !Values.truth(value);
        return missing ? arguments.get(0, "default_value", Text.EMPTY) : value;
    }

    private static Object end(List<Object> elements, boolean first) {
        return elements.isEmpty()
                ? new Undefined("there is no " + (first ? "first" : "last") + " item, the sequence is empty")
                : elements.get(first ? 0 : elements.size() - 1);
    }

    private static Map<?, ?> map(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw Values.error("a dict is needed where a " + Values.typeName(value) + " is given");
    }

    private static Map<Object, Object> keyed(Map<String, Object> named) {
        Map<Object, Object> map = new LinkedHashMap<>();
        named.forEach((name, value) -> map.put(Text.markup(name), value));
        return map;
    }

    private static Text center(Text text, long width) {
        long padding = Math.max(0, width - text.codePoints());
        long left = padding / 2 + (padding & width & 1);
        Text space = Text.markup(" ");
        return space.repeat(left).plus(text).plus(space.repeat(padding - left));
    }

    private static Object toFloat(Object value, Object otherwise) {
        if (Values.isNumber(value)) {
            return Values.real(value);
        }
        try {
            return value instanceof Text text
                    ? Double.valueOf(text.chars().strip().replace("_", ""))
                    : otherwise;
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static Object toInt(Object value, Object otherwise) {
        if (value instanceof Double real) {
            return real.isNaN() || real.isInfinite() ? otherwise : (Object) real.longValue();
        } else if (Values.isNumber(value)) {
            return Values.integer(value);
        }
        try {
            return value instanceof Text text
                    ? new BigDecimal(text.chars().strip().replace("_", "")).longValue()
                    : otherwise;
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static Object round(Object value, Arguments arguments) {
        RoundingMode mode =
                switch (arguments.get(1, "method", Text.markup("common")).toString()) {
                    case "common" -> RoundingMode.HALF_EVEN;
                    case "ceil" -> RoundingMode.CEILING;
                    case "floor" -> RoundingMode.FLOOR;
                    default -> throw Values.error("round takes the methods common, ceil and floor");
                };
        if (mode == RoundingMode.HALF_EVEN && !(value instanceof Double)) {
            return Values.integer(value);
        }
        int precision = (int) Math.max(-400, Math.min(400, arguments.integer(0, "precision", 0)));
        return new BigDecimal(Values.real(value)).setScale(precision, mode).doubleValue();
    }

    private static Object indent(Object value, Arguments arguments) {
        Object width = arguments.get(0, "width", 4L);
        Text indentation = width instanceof Text text ? text : Text.markup(" ").repeat(Values.integer(width));
        boolean first = arguments.flag(1, "first", false);
        boolean blank = arguments.flag(2, "blank", false);
        Text.Builder out = new Text.Builder();
        // The line break makes a last empty line count.
        List<Object> lines = Methods.splitLines(Values.str(value).plus(Text.markup("\n")), false);
        for (int i = 0; i < lines.size(); i++) {
            Text line = (Text) lines.get(i);
            out.append(i == 0 ? "" : "\n");
            out.append((i == 0 ? first : blank || !line.isEmpty()) ? indentation : Text.EMPTY);
            out.append(line);
        }
        return out.build();
    }

    private static Object join(Object value, Arguments arguments) {
        Object attribute = arguments.get(1, "attribute", null);
        return Methods.join(
                Values.str(arguments.get(0, "d", Text.EMPTY)),
                Values.iterate(value).stream()
                        .map(attribute == null ? item -> item : attribute(attribute))
                        .<Object>map(Values::str)
                        .toList());
    }

    private static Object map(Object value, Arguments arguments) {
        Function<Object, Object> mapping;
        if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
            Function<Object, Object> attribute = attribute(arguments.named().get("attribute"));
            Object otherwise = arguments.named().get("default");
            mapping = item -> {
                Object found = attribute.apply(item);
                return found instanceof Undefined && otherwise != null ? otherwise : found;
            };
        } else {
            String filter = arguments.text(0, "filter").chars();
            mapping = item -> apply(filter, item, arguments.from(1));
        }
        return mapped(Values.iterate(value), mapping);
    }

    private static List<Object> mapped(List<Object> elements, Function<Object, Object> mapping) {
        List<Object> mapped = new ArrayList<>();
        elements.forEach(element -> mapped.add(mapping.apply(element)));
        return mapped;
    }

    private static List<Object> select(
            Object value, Function<Object, Object> subject, Arguments arguments, boolean keep) {
        Predicate<Object> test = arguments.positional().isEmpty()
                ? Values::truth
                : item -> TemplateTests.holds(arguments.text(0, "test").chars(), item, arguments.from(1));
        List<Object> selected = new ArrayList<>();
        for (Object item : Values.iterate(value)) {
            if (test.test(subject.apply(item)) == keep) {
                selected.add(item);
            }
        }
        return selected;
    }

    /** Follows a path such as {@code function.name} or {@code 0.role}. */
    private static Function<Object, Object> attribute(Object path) {
        if (path instanceof Long) {
            return item -> Values.item(item, path);
        }
        String[] parts = Values.text(path).chars().split("\\.", -1);
        return item -> {
            Object found = item;
            for (String part : parts) {
                boolean index =
                        !part.isEmpty() && part.length() < 10 && part.chars().allMatch(Character::isDigit);
                found = Values.item(found, index ? (Object) Long.valueOf(part) : Text.markup(part));
            }
            return found;
        };
    }

    /** What sorting, grouping and extremes compare. */
    private static Function<Object, Object> key(Object attribute, boolean caseSensitive) {
        Function<Object, Object> subject = attribute == null ? item -> item : attribute(attribute);
        return subject.andThen(key -> !caseSensitive && key instanceof Text text ? Methods.lower(text) : key);
    }

    private static List<Object> sorted(List<Object> elements, Function<Object, Object> key, boolean reverse) {
        List<Object> sorted = new ArrayList<>(elements);
        Comparator<Object> order = (a, b) -> Values.compare(key.apply(a), key.apply(b));
        sorted.sort(reverse ? order.reversed() : order);
        return sorted;
    }

    private static Object dictSort(Object value, Arguments arguments) {
        int by = arguments.get(1, "by", Text.markup("key")).toString().equals("value") ? 1 : 0;
        return sorted(
                Methods.items(map(value)),
                key((long) by, arguments.flag(0, "case_sensitive", false)),
                arguments.flag(2, "reverse", false));
    }

    private static Object groupBy(Object value, Arguments arguments) {
        Function<Object, Object> key = key(arguments.get(0, "attribute"), false);
        List<Object> groups = new ArrayList<>();
        List<Object> group = new ArrayList<>();
        Object last = null;
        for (Object item : sorted(Values.iterate(value), key, false)) {
            if (group.isEmpty() || !Values.equal(key.apply(item), last)) {
                group = new ArrayList<>();
                groups.add(Tuple.of(attribute(arguments.get(0, "attribute")).apply(item), group));
                last = key.apply(item);
            }
            group.add(item);
        }
        return groups;
    }

    private static Object extreme(Object value, Arguments arguments, int sign) {
        Function<Object, Object> key =
                key(arguments.get(1, "attribute", null), arguments.flag(0, "case_sensitive", false));
        List<Object> elements = Values.iterate(value);
        if (elements.isEmpty()) {
            return end(elements, true);
        }
        return Collections.max(elements, (a, b) -> sign * Values.compare(key.apply(a), key.apply(b)));
    }

    private static Object unique(Object value, Arguments arguments) {
        Function<Object, Object> key =
                key(arguments.get(1, "attribute", null), arguments.flag(0, "case_sensitive", false));
        Map<Object, Object> first = new LinkedHashMap<>();
        Values.iterate(value).forEach(item -> first.putIfAbsent(Values.key(key.apply(item)), item));
        return new ArrayList<>(first.values());
    }

    private static Object sum(Object value, Arguments arguments) {
        Object attribute = arguments.get(0, "attribute", null);
        Object sum = arguments.get(1, "start", 0L);
        for (Object item : Values.iterate(value)) {
            sum = Values.add(
                    sum, attribute == null ? item : attribute(attribute).apply(item));
        }
        return sum;
    }

    private static Object toJson(Object value, Arguments arguments) {
        Object indent = arguments.get(1, "indent", null);
        Object separators = arguments.get(2, "separators", null);
        String indentation = indent == null
                ? null
                : indent instanceof Text text
                        ? text.chars()
                        : Text.markup(" ").repeat(Values.integer(indent)).chars();
        return TextFormat.json(
                value,
                indentation,
                separators == null
                        ? indent == null ? ", " : ","
                        : Values.text(Values.item(separators, 0L)).chars(),
                separators == null
                        ? ": "
                        : Values.text(Values.item(separators, 1L)).chars(),
                arguments.flag(3, "sort_keys", false));
    }
}
