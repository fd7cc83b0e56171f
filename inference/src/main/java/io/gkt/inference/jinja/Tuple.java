package io.gkt.inference.jinja;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;

/** Python's tuple: a list that prints with parentheses. */
final class Tuple extends AbstractList<Object> {
    private final List<Object> values;

    Tuple(List<Object> values) {
        this.values = values;
    }

    static Tuple of(Object... values) {
        return new Tuple(Arrays.asList(values));
    }

    @Override
    public Object get(int index) {
        return values.get(index);
    }

    @Override
    public int size() {
        return values.size();
    }

    @Override
    public boolean equals(Object other) {
        return Values.equal(this, other);
    }

    @Override
    public int hashCode() {
        Budget.operation();
        return super.hashCode();
    }
}
