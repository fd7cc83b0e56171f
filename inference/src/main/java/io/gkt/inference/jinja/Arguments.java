package io.gkt.inference.jinja;

import java.util.List;
import java.util.Map;

/**
 * The arguments of a call.
 *
 * @param positional in order
 * @param named by keyword
 */
record Arguments(List<Object> positional, Map<String, Object> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    boolean has(int index, String name) {
        return index < positional.size() || named.containsKey(name);
    }

    /** The argument at a position or of a name, or else the default. */
    Object get(int index, String name, Object otherwise) {
        if (index < positional.size()) {
            return positional.get(index);
        }
        return named.containsKey(name) ? named.get(name) : otherwise;
    }

    Object get(int index, String name) {
        if (!has(index, name)) {
            throw new TemplateException("The chat template calls something without its argument '" + name + "'");
        }
        return get(index, name, null);
    }

    Text text(int index, String name) {
        return Values.text(get(index, name));
    }

    /** A text's characters, or null if it is missing or none. */
    String charsOrNull(int index, String name) {
        Object value = get(index, name, null);
        return value == null ? null : Values.text(value).chars();
    }

    long integer(int index, String name, long otherwise) {
        return has(index, name) ? Values.integer(get(index, name)) : otherwise;
    }

    boolean flag(int index, String name, boolean otherwise) {
        return has(index, name) ? Values.truth(get(index, name)) : otherwise;
    }

    /** The positional arguments from an index on, with all named ones. */
    Arguments from(int index) {
        return new Arguments(positional.subList(Math.min(index, positional.size()), positional.size()), named);
    }
}
