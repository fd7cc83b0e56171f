package io.gkt.inference.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Jinja's tests: what follows {@code is}. */
final class TemplateTests {
    private interface Test {
        boolean holds(Object value, Arguments arguments);
    }

    private static final Map<String, Test> TESTS = new HashMap<>();

    static {
        TESTS.put("defined", (value, a) -> !(value instanceof Undefined));
        TESTS.put("undefined", (value, a) -> value instanceof Undefined);
        TESTS.put("none", (value, a) -> value == null);
        TESTS.put("boolean", (value, a) -> value instanceof Boolean);
        TESTS.put("true", (value, a) -> Boolean.TRUE.equals(value));
        TESTS.put("false", (value, a) -> Boolean.FALSE.equals(value));
        TESTS.put("integer", (value, a) -> value instanceof Long);
        TESTS.put("float", (value, a) -> value instanceof Double);
        TESTS.put("number", (value, a) -> Values.isNumber(value));
        TESTS.put("string", (value, a) -> value instanceof Text);
        TESTS.put("mapping", (value, a) -> value instanceof Map);
        TESTS.put("sequence", (value, a) -> isIterable(value));
        TESTS.put("iterable", (value, a) -> isIterable(value));
        TESTS.put("callable", (value, a) -> value instanceof Callable);
        TESTS.put("even", (value, a) -> Math.floorMod(Values.integer(value), 2) == 0);
        TESTS.put("odd", (value, a) -> Math.floorMod(Values.integer(value), 2) == 1);
        TESTS.put("divisibleby", (value, a) -> Values.equal(Values.arithmetic("%", value, a.get(0, "num")), 0L));
        TESTS.put(
                "lower",
                (value, a) ->
                        Values.truth(Methods.find(Values.str(value), "islower").call(Arguments.NONE)));
        TESTS.put(
                "upper",
                (value, a) ->
                        Values.truth(Methods.find(Values.str(value), "isupper").call(Arguments.NONE)));
        TESTS.put("in", (value, a) -> Values.contains(a.get(0, "seq"), value));
        TESTS.put(
                "sameas",
                (value, a) -> value == a.get(0, "other")
                        || !(value instanceof List || value instanceof Map)
                                && Values.typeName(value).equals(Values.typeName(a.get(0, "other")))
                                && Values.equal(value, a.get(0, "other")));
        TESTS.put("filter", (value, a) -> Filters.exists(Values.text(value).chars()));
        TESTS.put("test", (value, a) -> TESTS.containsKey(Values.text(value).chars()));
        define((value, a) -> Values.equal(value, a.get(0, "other")), "eq", "equalto", "==");
        define((value, a) -> !Values.equal(value, a.get(0, "other")), "ne", "!=");
        define((value, a) -> Values.compare(value, a.get(0, "other")) < 0, "lt", "lessthan", "<");
        define((value, a) -> Values.compare(value, a.get(0, "other")) <= 0, "le", "<=");
        define((value, a) -> Values.compare(value, a.get(0, "other")) > 0, "gt", "greaterthan", ">");
        define((value, a) -> Values.compare(value, a.get(0, "other")) >= 0, "ge", ">=");
    }

    private TemplateTests() {}

    private static void define(Test test, String... names) {
        for (String name : names) {
            TESTS.put(name, test);
        }
    }

    static boolean holds(String name, Object value, Arguments arguments) {
        Test test = TESTS.get(name);
        if (test == null) {
            throw Values.error("there is no test '" + name + "'");
        }
        Budget.operation();
        Budget.read(value);
        return test.holds(value, arguments);
    }

    private static boolean isIterable(Object value) {
        return value instanceof List || value instanceof Text || value instanceof Map || value instanceof Undefined;
    }
}
