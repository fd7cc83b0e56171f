package io.gkt.inference.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code namespace(...)} makes: the only thing whose attributes a template may set. */
final class Namespace implements Attributes {
    private final Map<String, Object> values;

    Namespace(Map<String, Object> values) {
        this.values = new LinkedHashMap<>(values);
    }

    @Override
    public Object attribute(String name) {
        return values.containsKey(name) ? values.get(name) : Undefined.of(this, name);
    }

    void set(String name, Object value) {
        values.put(name, value);
    }
}
