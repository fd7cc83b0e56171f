package io.gkt.inference.jinja;

import java.util.HashMap;
import java.util.Map;

/** The variables a statement sees: its own, then those around it. */
final class Scope {
    private final Scope parent;
    private final Map<String, Object> variables = new HashMap<>();

    private Scope(Scope parent) {
        this.parent = parent;
    }

    static Scope root(Map<String, ?> variables) {
        Scope scope = new Scope(null);
        scope.variables.putAll(variables);
        return scope;
    }

    Scope inner() {
        return new Scope(this);
    }

    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            if (scope.variables.containsKey(name)) {
                return scope.variables.get(name);
            }
        }
        return Undefined.variable(name);
    }

    void set(String name, Object value) {
        variables.put(name, value);
    }
}
