package io.gkt.inference.jinja;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.AbstractList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The functions a chat template can call: Jinja's, and those transformers adds. */
final class Globals {
    private Globals() {}

    static Map<String, Callable> at(Clock clock) {
        return Map.of(
                "range",
                Globals::range,
                "dict",
                Globals::dict,
                "namespace",
                arguments -> new Namespace(names(dict(arguments))),
                "joiner",
                Globals::joiner,
                "raise_exception",
                arguments -> {
                    throw new TemplateException(
                            Values.str(arguments.get(0, "message")).chars());
                },
                "strftime_now",
                arguments -> Text.markup(strftime(
                        ZonedDateTime.now(clock), arguments.text(0, "format").chars())));
    }

    static Map<Object, Object> dictionary(Map<String, Object> named) {
        Map<Object, Object> dictionary = new LinkedHashMap<>();
        named.forEach((name, value) -> dictionary.put(Text.markup(name), value));
        return dictionary;
    }

    private static Map<Object, Object> dict(Arguments arguments) {
        Map<Object, Object> dictionary = new LinkedHashMap<>();
        if (!arguments.positional().isEmpty()) {
            if (arguments.positional().get(0) instanceof Map<?, ?> map) {
                dictionary.putAll(map);
            } else {
                for (Object pair : Values.iterate(arguments.positional().get(0))) {
                    dictionary.put(Values.key(Values.item(pair, 0L)), Values.item(pair, 1L));
                }
            }
        }
        dictionary.putAll(dictionary(arguments.named()));
        return dictionary;
    }

    private static Map<String, Object> names(Map<Object, Object> dictionary) {
        Map<String, Object> names = new LinkedHashMap<>();
        dictionary.forEach((name, value) -> names.put(Values.text(name).chars(), value));
        return names;
    }

    private static List<Object> range(Arguments arguments) {
        boolean bounded = arguments.positional().size() > 1;
        long start = bounded ? arguments.integer(0, "start", 0) : 0;
        long stop = Values.integer(arguments.get(bounded ? 1 : 0, "stop"));
        long step = arguments.integer(2, "step", 1);
        if (step == 0) {
            throw Values.error("a range's step cannot be zero");
        }
        double size = Math.max(0, Math.ceil(((double) stop - start) / step));
        if (size > Budget.MAX_ELEMENTS) {
            throw Values.error("a range has more than " + Budget.MAX_ELEMENTS + " elements");
        }
        return new AbstractList<>() {
            @Override
            public Object get(int index) {
                return start + index * step;
            }

            @Override
            public int size() {
                return (int) size;
            }
        };
    }

    private static Callable joiner(Arguments arguments) {
        Object separator = arguments.get(0, "sep", Text.markup(", "));
        boolean[] used = {false};
        return none -> {
            Object value = used[0] ? separator : Text.EMPTY;
            used[0] = true;
            return value;
        };
    }

    /** C's strftime in English. */
    private static String strftime(ZonedDateTime time, String format) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                out.append(c);
                continue;
            }
            boolean unpadded = format.charAt(i + 1) == '-' && i + 2 < format.length();
            char directive = format.charAt(i += unpadded ? 2 : 1);
            String text = directive(time, directive);
            out.append(unpadded ? text.replaceFirst("^0+(?=.)", "") : text);
        }
        return out.toString();
    }

    private static String directive(ZonedDateTime time, char directive) {
        String pattern = switch (directive) {
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'b', 'h' -> "MMM";
            case 'B' -> "MMMM";
            case 'd' -> "dd";
            case 'm' -> "MM";
            case 'y' -> "yy";
            case 'Y' -> "yyyy";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'p' -> "a";
            case 'j' -> "DDD";
            case 'z' -> "xx";
            case 'Z' -> "zzz";
            case 'F' -> "yyyy-MM-dd";
            case 'D', 'x' -> "MM/dd/yy";
            case 'T', 'X' -> "HH:mm:ss";
            case 'R' -> "HH:mm";
            case 'c' -> "EEE MMM ppd HH:mm:ss yyyy";
            case 'e' -> "ppd";
            case 'n' -> "'\n'";
            case 't' -> "'\t'";
            case '%' -> "'%'";
            default -> throw Values.error("strftime_now does not know %" + directive);
        };
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
    }
}
