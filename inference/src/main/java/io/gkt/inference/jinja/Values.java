package io.gkt.inference.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Python's rules for the values of a template. They are represented as {@code null} (None), {@link Boolean},
 * {@link Long}, {@link Double}, {@link Text}, {@link List}, {@link Tuple}, {@link Map}, {@link Undefined},
 * {@link Callable} and {@link Attributes}.
 */
final class Values {
    private Values() {}

    static TemplateException error(String message) {
        return new TemplateException("The chat template fails: " + message);
    }

    static String typeName(Object value) {
        if (value == null) {
            return "None";
        } else if (value instanceof Boolean) {
            return "bool";
        } else if (value instanceof Long) {
            return "int";
        } else if (value instanceof Double) {
            return "float";
        } else if (value instanceof Text) {
            return "str";
        } else if (value instanceof Tuple) {
            return "tuple";
        } else if (value instanceof List) {
            return "list";
        } else if (value instanceof Map) {
            return "dict";
        } else if (value instanceof Undefined) {
            return "Undefined";
        } else if (value instanceof Namespace) {
            return "Namespace";
        }
        return "function";
    }

    static boolean truth(Object value) {
        if (value instanceof Boolean b) {
            return b;
        } else if (value instanceof Long number) {
            return number != 0;
        } else if (value instanceof Double number) {
            return number != 0;
        } else if (value instanceof Text text) {
            return !text.isEmpty();
        } else if (value instanceof List<?> list) {
            return !list.isEmpty();
        } else if (value instanceof Map<?, ?> map) {
            return !map.isEmpty();
        }
        return value != null && !(value instanceof Undefined);
    }

    static Text text(Object value) {
        if (value instanceof Text text) {
            return text;
        } else if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        throw error("a str is needed where a " + typeName(value) + " is given");
    }

    static long integer(Object value) {
        if (value instanceof Long number) {
            return number;
        } else if (value instanceof Boolean b) {
            return b ? 1 : 0;
        } else if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        throw error("an int is needed where a " + typeName(value) + " is given");
    }

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    static double real(Object value) {
        return value instanceof Double number ? number : integer(value);
    }

    /** Python's {@code str(value)}, which is also what is printed. */
    static Text str(Object value) {
        if (value instanceof Text text) {
            return text;
        } else if (value instanceof Undefined) {
            return Text.EMPTY;
        }
        return repr(value);
    }

    /** Python's {@code repr(value)}. */
    static Text repr(Object value) {
        Text.Builder out = new Text.Builder();
        appendRepr(value, out);
        return out.build();
    }

    private static void appendRepr(Object value, Text.Builder out) {
        if (value == null) {
            out.append("None");
        } else if (value instanceof Boolean b) {
            out.append(b ? "True" : "False");
        } else if (value instanceof Double number) {
            out.append(spelled(number));
        } else if (value instanceof Text text) {
            appendQuoted(text, out);
        } else if (value instanceof List<?> list) {
            boolean tuple = list instanceof Tuple;
            out.append(tuple ? "(" : "[");
            String separator = "";
            for (Object element : list) {
                out.append(separator);
                appendRepr(element, out);
                separator = ", ";
            }
            out.append(tuple && list.size() == 1 ? ",)" : tuple ? ")" : "]");
        } else if (value instanceof Map<?, ?> map) {
            out.append("{");
            String separator = "";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(separator);
                appendRepr(entry.getKey(), out);
                out.append(": ");
                appendRepr(entry.getValue(), out);
                separator = ", ";
            }
            out.append("}");
        } else if (value instanceof Long) {
            out.append(value.toString());
        } else if (value instanceof Undefined) {
            out.append("Undefined");
        } else {
            out.append("<" + typeName(value) + ">");
        }
    }

    private static void appendQuoted(Text text, Text.Builder out) {
        String quote = text.chars().contains("'") && !text.chars().contains("\"") ? "\"" : "'";
        out.append(quote)
                .append(text.mapCharacters(c -> switch (c) {
                    case "\\" -> "\\\\";
                    case "\n" -> "\\n";
                    case "\r" -> "\\r";
                    case "\t" -> "\\t";
                    default ->
                        c.equals("'") && quote.equals("'")
                                ? "\\'"
                                : c.charAt(0) < 0x20 || c.charAt(0) == 0x7F
                                        ? String.format("\\x%02x", (int) c.charAt(0))
                                        : c;
                }))
                .append(quote);
    }

    /** Python's spelling of a float. */
    static String spelled(double number) {
        if (Double.isNaN(number)) {
            return "nan";
        } else if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        } else if (number == 0) {
            return 1 / number < 0 ? "-0.0" : "0.0";
        }
        BigDecimal decimal = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        int exponent = decimal.precision() - decimal.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = decimal.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        String digits = decimal.unscaledValue().abs().toString();
        return (number < 0 ? "-" : "")
                + digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + String.format("e%c%02d", exponent < 0 ? '-' : '+', Math.abs(exponent));
    }

    static boolean equal(Object a, Object b) {
        // A list may hold itself many times.
        Budget.operation();
        Budget.read(a);
        if (a == b) {
            return true;
        } else if (isNumber(a) && isNumber(b)) {
            return a instanceof Double || b instanceof Double ? real(a) == real(b) : integer(a) == integer(b);
        } else if (a instanceof List<?> x && b instanceof List<?> y) {
            if (x.size() != y.size() || x instanceof Tuple != y instanceof Tuple) {
                return false;
            }
            for (int i = 0; i < x.size(); i++) {
                if (!equal(x.get(i), y.get(i))) {
                    return false;
                }
            }
            return true;
        } else if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
            if (!x.keySet().equals(y.keySet())) {
                return false;
            }
            for (Map.Entry<?, ?> entry : x.entrySet()) {
                if (!equal(entry.getValue(), y.get(entry.getKey()))) {
                    return false;
                }
            }
            return true;
        }
        return a instanceof Text ? a.equals(b) : a instanceof Undefined && b instanceof Undefined;
    }

    static int compare(Object a, Object b) {
        Budget.operation();
        Budget.read(a);
        if (isNumber(a) && isNumber(b)) {
            return a instanceof Double || b instanceof Double
                    ? Double.compare(real(a), real(b))
                    : Long.compare(integer(a), integer(b));
        } else if (a instanceof Text x && b instanceof Text y) {
            return x.compareTo(y);
        } else if (a instanceof List<?> x && b instanceof List<?> y) {
            for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
                if (!equal(x.get(i), y.get(i))) {
                    return compare(x.get(i), y.get(i));
                }
            }
            return Integer.compare(x.size(), y.size());
        }
        throw unsupported("<", a, b);
    }

    static boolean contains(Object container, Object element) {
        if (container instanceof Text text) {
            return text.chars().contains(text(element).chars());
        } else if (container instanceof Map<?, ?> map) {
            return map.containsKey(key(element));
        }
        return iterate(container).stream().anyMatch(other -> equal(other, element));
    }

    /** The elements a {@code for} loop sees. */
    @SuppressWarnings("unchecked")
    static List<Object> iterate(Object value) {
        if (value instanceof List<?> list) {
            return (List<Object>) list;
        } else if (value instanceof Map<?, ?> map) {
            return new ArrayList<>(map.keySet());
        } else if (value instanceof Text text) {
            return text.characters();
        } else if (value instanceof Undefined) {
            return List.of();
        }
        throw error("a " + typeName(value) + " cannot be iterated");
    }

    static long length(Object value) {
        if (value instanceof Text text) {
            return text.codePoints();
        } else if (value instanceof List<?> list) {
            return list.size();
        } else if (value instanceof Map<?, ?> map) {
            return map.size();
        } else if (value instanceof Undefined) {
            return 0;
        }
        throw error("a " + typeName(value) + " has no length");
    }

    static Object add(Object a, Object b) {
        if (a instanceof Text x && b instanceof Text y) {
            return x.plus(y);
        } else if (a instanceof List<?> x && b instanceof List<?> y && x instanceof Tuple == y instanceof Tuple) {
            checkSize((long) x.size() + y.size());
            List<Object> sum = new ArrayList<>(x);
            sum.addAll(y);
            return x instanceof Tuple ? new Tuple(sum) : sum;
        }
        return arithmetic("+", a, b);
    }

    static Object multiply(Object a, Object b) {
        if (b instanceof Text || b instanceof List) {
            return multiply(b, a);
        } else if (a instanceof Text text && isNumber(b)) {
            return text.repeat(integer(b));
        } else if (a instanceof List<?> list && isNumber(b)) {
            long times = Math.max(0, integer(b));
            checkSize(times > Budget.MAX_ELEMENTS ? times : times * list.size());
            List<Object> product = new ArrayList<>();
            for (long i = 0; i < times; i++) {
                product.addAll(list);
            }
            return product;
        }
        return arithmetic("*", a, b);
    }

    private static void checkSize(long elements) {
        if (elements > Budget.MAX_ELEMENTS) {
            throw error("a list gets too long");
        }
    }

    static Object modulo(Object a, Object b) {
        return a instanceof Text format ? TextFormat.percent(format, b) : arithmetic("%", a, b);
    }

    /** The binary operators on numbers. */
    static Object arithmetic(String operator, Object a, Object b) {
        if (!isNumber(a) || !isNumber(b)) {
            throw unsupported(operator, a, b);
        }
        boolean division = operator.equals("/") || operator.equals("//") || operator.equals("%");
        if (division && real(b) == 0) {
            throw error("division by zero");
        }
        boolean real = a instanceof Double || b instanceof Double || operator.equals("/");
        if (real || operator.equals("**") && integer(b) < 0) {
            double x = real(a);
            double y = real(b);
            return switch (operator) {
                case "+" -> x + y;
                case "-" -> x - y;
                case "*" -> x * y;
                case "/" -> x / y;
                case "//" -> Math.floor(x / y);
                case "%" -> x - Math.floor(x / y) * y;
                default -> Math.pow(x, y);
            };
        }
        long x = integer(a);
        long y = integer(b);
        try {
            return switch (operator) {
                case "+" -> Math.addExact(x, y);
                case "-" -> Math.subtractExact(x, y);
                case "*" -> Math.multiplyExact(x, y);
                case "//" -> Math.floorDiv(x, y);
                case "%" -> Math.floorMod(x, y);
                default -> BigInteger.valueOf(x).pow((int) Math.min(y, 64)).longValueExact();
            };
        } catch (ArithmeticException e) {
            throw error("an integer does not fit into 64 bits");
        }
    }

    private static TemplateException unsupported(String operator, Object a, Object b) {
        for (Object operand : new Object[] {a, b}) {
            if (operand instanceof Undefined undefined) {
                return undefined.error();
            }
        }
        return error("'" + operator + "' is not defined between " + typeName(a) + " and " + typeName(b));
    }

    /** {@code value.name}: a method or attribute first, then an item. */
    static Object attribute(Object value, String name) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        } else if (value instanceof Attributes attributes) {
            return attributes.attribute(name);
        }
        Callable method = Methods.find(value, name);
        if (method != null) {
            return method;
        }
        Text key = Text.markup(name);
        return value instanceof Map<?, ?> map && map.containsKey(key) ? map.get(key) : Undefined.of(value, name);
    }

    /** {@code value[key]}: an item first, then an attribute. */
    static Object item(Object value, Object key) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        } else if (value instanceof Map<?, ?> map && map.containsKey(key(key))) {
            return map.get(key(key));
        } else if (key instanceof Text name) {
            return attribute(value, name.chars());
        } else if (key instanceof Long || key instanceof Boolean) {
            long index = integer(key);
            long length = value instanceof Text || value instanceof List ? length(value) : 0;
            long at = index < 0 ? index + length : index;
            if (at >= 0 && at < length) {
                return value instanceof Text text
                        ? text.codePoints(at, at + 1)
                        : iterate(value).get((int) at);
            }
        }
        return Undefined.of(value, repr(key).chars());
    }

    /** A value as dictionary key. */
    static Object key(Object value) {
        Budget.operation();
        if (value instanceof List && !(value instanceof Tuple) || value instanceof Map) {
            throw error("a " + typeName(value) + " cannot be a dictionary key");
        }
        if (value instanceof Tuple tuple) {
            tuple.forEach(Values::key);
        }
        return value;
    }

    /** {@code value[start:stop:step]}; parts left out are null. */
    static Object slice(Object value, Object start, Object stop, Object step) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        } else if (!(value instanceof Text || value instanceof List)) {
            throw error("a " + typeName(value) + " cannot be sliced");
        }
        int size = (int) length(value);
        long by = step == null ? 1 : Math.max(-size - 1, Math.min(integer(step), size + 1));
        if (by == 0) {
            throw error("a slice's step cannot be zero");
        }
        long first = bound(start, by > 0 ? 0 : size - 1, size, by);
        long last = bound(stop, by > 0 ? size : -1, size, by);
        if (value instanceof Text text && by == 1) {
            return text.codePoints(first, Math.max(first, last));
        }
        List<Object> elements = iterate(value);
        List<Object> slice = new ArrayList<>();
        for (long i = first; by > 0 ? i < last : i > last; i += by) {
            slice.add(elements.get((int) i));
        }
        if (value instanceof Text) {
            Text.Builder text = new Text.Builder();
            slice.forEach(character -> text.append((Text) character));
            return text.build();
        }
        return value instanceof Tuple ? new Tuple(slice) : slice;
    }

    private static long bound(Object value, long otherwise, int size, long step) {
        if (value == null) {
            return otherwise;
        }
        long index = integer(value);
        long at = index < 0 ? index + size : index;
        return step > 0 ? Math.max(0, Math.min(at, size)) : Math.max(-1, Math.min(at, size - 1));
    }
}
