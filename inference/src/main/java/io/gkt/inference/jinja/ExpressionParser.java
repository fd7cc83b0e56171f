package io.gkt.inference.jinja;

import io.gkt.inference.jinja.TemplateLexer.Kind;
import io.gkt.inference.jinja.TemplateLexer.Token;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;

/** Parses Jinja's expressions, by recursive descent in Jinja's order of precedence. */
final class ExpressionParser {
    /** The arguments of a call that is still to be made. */
    interface ArgumentsExpression {
        Arguments evaluate(Scope scope);
    }

    /** {@code function(arguments)}. */
    record Call(Expression function, ArgumentsExpression arguments) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object callable = function.evaluate(scope);
            if (callable instanceof Undefined undefined) {
                throw undefined.error();
            } else if (!(callable instanceof Callable)) {
                throw Values.error("a " + Values.typeName(callable) + " cannot be called");
            }
            Arguments values = arguments.evaluate(scope);
            values.positional().forEach(Budget::read);
            return Budget.produced(((Callable) callable).call(values));
        }

        /** The same call with one more named argument. */
        Call with(String name, Expression value) {
            return new Call(function, scope -> {
                Arguments values = arguments.evaluate(scope);
                Map<String, Object> named = new LinkedHashMap<>(values.named());
                named.put(name, value.evaluate(scope));
                return new Arguments(values.positional(), named);
            });
        }
    }

    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final Tokens tokens;

    ExpressionParser(Tokens tokens) {
        this.tokens = tokens;
    }

    /** One expression, {@code a if b else c} included. */
    Expression expression() {
        Expression then = or();
        while (tokens.skipName("if")) {
            Expression value = then;
            Expression condition = or();
            Expression otherwise = tokens.skipName("else")
                    ? expression()
                    : scope -> new Undefined("the condition is false and there is no else");
            then = scope -> Values.truth(condition.evaluate(scope)) ? value.evaluate(scope) : otherwise.evaluate(scope);
        }
        return then;
    }

    /** An expression, or several with commas between them, which make a tuple. */
    Expression tuple() {
        return tuple(expression());
    }

    /** As {@link #tuple()}, but an {@code if} ends it. */
    Expression tupleWithoutCondition() {
        return tuple(or());
    }

    private Expression tuple(Expression first) {
        if (!tokens.atOperator(",")) {
            return first;
        }
        List<Expression> elements = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",") && !endsTuple()) {
            elements.add(expression());
        }
        return scope -> new Tuple(evaluate(elements, scope));
    }

    private boolean endsTuple() {
        return tokens.at(Kind.VARIABLE_END)
                || tokens.at(Kind.BLOCK_END)
                || tokens.atOperator(")")
                || tokens.atOperator("=");
    }

    private Expression or() {
        Expression left = and();
        while (tokens.skipName("or")) {
            Expression a = left;
            Expression b = and();
            left = scope -> {
                Object value = a.evaluate(scope);
                return Values.truth(value) ? value : b.evaluate(scope);
            };
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.skipName("and")) {
            Expression a = left;
            Expression b = not();
            left = scope -> {
                Object value = a.evaluate(scope);
                return Values.truth(value) ? b.evaluate(scope) : value;
            };
        }
        return left;
    }

    private Expression not() {
        if (tokens.atName("not") && !tokens.peekSecond().is(Kind.NAME, "in")) {
            tokens.next();
            Expression operand = not();
            return scope -> !Values.truth(operand.evaluate(scope));
        }
        return comparison();
    }

    private Expression comparison() {
        Expression first = sum();
        List<String> operators = new ArrayList<>();
        List<Expression> operands = new ArrayList<>();
        while (true) {
            Token token = tokens.peek();
            if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.value())) {
                operators.add(tokens.next().value());
            } else if (tokens.skipName("in")) {
                operators.add("in");
            } else if (tokens.atName("not") && tokens.peekSecond().is(Kind.NAME, "in")) {
                tokens.next();
                tokens.next();
                operators.add("not in");
            } else {
                break;
            }
            operands.add(sum());
        }
        if (operators.isEmpty()) {
            return first;
        }
        return scope -> {
            Object left = first.evaluate(scope);
            for (int i = 0; i < operators.size(); i++) {
                Object right = operands.get(i).evaluate(scope);
                Budget.read(left);
                Budget.read(right);
                if (!compare(operators.get(i), left, right)) {
                    return false;
                }
                left = right;
            }
            return true;
        };
    }

    private static boolean compare(String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> Values.equal(left, right);
            case "!=" -> !Values.equal(left, right);
            case "<" -> Values.compare(left, right) < 0;
            case "<=" -> Values.compare(left, right) <= 0;
            case ">" -> Values.compare(left, right) > 0;
            case ">=" -> Values.compare(left, right) >= 0;
            case "in" -> Values.contains(right, left);
            default -> !Values.contains(right, left);
        };
    }

    private Expression sum() {
        Expression left = concatenation();
        while (tokens.atOperator("+") || tokens.atOperator("-")) {
            boolean plus = tokens.next().value().equals("+");
            left = binary(left, concatenation(), plus ? Values::add : (a, b) -> Values.arithmetic("-", a, b));
        }
        return left;
    }

    private Expression concatenation() {
        Expression left = product();
        while (tokens.skipOperator("~")) {
            left = binary(left, product(), (a, b) -> Values.str(a).plus(Values.str(b)));
        }
        return left;
    }

    private Expression product() {
        Expression left = power();
        while (true) {
            if (tokens.skipOperator("*")) {
                left = binary(left, power(), Values::multiply);
            } else if (tokens.skipOperator("%")) {
                left = binary(left, power(), Values::modulo);
            } else if (tokens.atOperator("/") || tokens.atOperator("//")) {
                String operator = tokens.next().value();
                left = binary(left, power(), (a, b) -> Values.arithmetic(operator, a, b));
            } else {
                return left;
            }
        }
    }

    private Expression power() {
        Expression left = unary(true);
        while (tokens.skipOperator("**")) {
            left = binary(left, unary(true), (a, b) -> Values.arithmetic("**", a, b));
        }
        return left;
    }

    private static Expression binary(Expression left, Expression right, BinaryOperator<Object> operator) {
        return scope -> Budget.produced(operator.apply(left.evaluate(scope), right.evaluate(scope)));
    }

    private Expression unary(boolean withFilters) {
        Expression value;
        if (tokens.skipOperator("-")) {
            value = signed(unary(false), -1L);
        } else if (tokens.skipOperator("+")) {
            value = signed(unary(false), 1L);
        } else {
            value = postfix(primary());
        }
        return withFilters ? filters(value) : value;
    }

    private static Expression signed(Expression operand, long sign) {
        return scope -> Values.arithmetic("*", sign, operand.evaluate(scope));
    }

    private Expression primary() {
        Token token = tokens.next();
        switch (token.kind()) {
            case NAME -> {
                return name(token.value());
            }
            case STRING -> {
                StringBuilder literal = new StringBuilder(token.value());
                while (tokens.at(Kind.STRING)) {
                    literal.append(tokens.next().value());
                }
                return constant(Text.markup(literal.toString()));
            }
            case INTEGER -> {
                return constant(integer(token.value()));
            }
            case FLOAT -> {
                return constant(Double.valueOf(token.value()));
            }
            case OPERATOR -> {
                switch (token.value()) {
                    case "(" -> {
                        return parenthesized();
                    }
                    case "[" -> {
                        List<Expression> elements = list("]");
                        return scope -> Budget.produced(evaluate(elements, scope));
                    }
                    case "{" -> {
                        return dictionary();
                    }
                    default -> {}
                }
            }
            default -> {}
        }
        throw tokens.error("unexpected '" + token.value() + "'");
    }

    private static Expression name(String name) {
        return switch (name) {
            case "true", "True" -> constant(true);
            case "false", "False" -> constant(false);
            case "none", "None" -> constant(null);
            default -> scope -> scope.get(name);
        };
    }

    private static Expression constant(Object value) {
        return scope -> value;
    }

    private Object integer(String digits) {
        try {
            return Long.decode(digits.matches("0+") ? "0" : digits);
        } catch (NumberFormatException e) {
            boolean binary = digits.startsWith("0b") || digits.startsWith("0B");
            boolean octal = digits.startsWith("0o") || digits.startsWith("0O");
            if (binary || octal) {
                return Long.valueOf(digits.substring(2), binary ? 2 : 8);
            }
            throw tokens.error("the number " + digits + " is too large");
        }
    }

    private Expression parenthesized() {
        if (tokens.skipOperator(")")) {
            return constant(Tuple.of());
        }
        Expression inside = tuple();
        tokens.expectOperator(")");
        return inside;
    }

    private List<Expression> list(String end) {
        List<Expression> elements = new ArrayList<>();
        while (!tokens.skipOperator(end)) {
            if (!elements.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator(end)) {
                    break;
                }
            }
            elements.add(expression());
        }
        return elements;
    }

    private Expression dictionary() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            if (!keys.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator("}")) {
                    break;
                }
            }
            keys.add(expression());
            tokens.expectOperator(":");
            values.add(expression());
        }
        return scope -> {
            Map<Object, Object> map = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                Budget.operation();
                map.put(Values.key(keys.get(i).evaluate(scope)), values.get(i).evaluate(scope));
            }
            return map;
        };
    }

    private Expression postfix(Expression value) {
        Expression result = value;
        while (true) {
            Expression owner = result;
            if (tokens.skipOperator(".")) {
                if (tokens.at(Kind.INTEGER)) {
                    Object index = integer(tokens.next().value());
                    result = scope -> Values.item(owner.evaluate(scope), index);
                } else {
                    String name = tokens.name();
                    result = scope -> Values.attribute(owner.evaluate(scope), name);
                }
            } else if (tokens.skipOperator("[")) {
                result = subscript(owner);
            } else if (tokens.atOperator("(")) {
                result = new Call(owner, arguments());
            } else {
                return result;
            }
        }
    }

    private Expression subscript(Expression owner) {
        Expression start = tokens.atOperator(":") ? constant(null) : expression();
        if (tokens.skipOperator("]")) {
            return scope -> {
                Object value = owner.evaluate(scope);
                Budget.read(value);
                return Values.item(value, start.evaluate(scope));
            };
        }
        tokens.expectOperator(":");
        Expression stop = tokens.atOperator(":") || tokens.atOperator("]") ? constant(null) : expression();
        Expression step = tokens.skipOperator(":") && !tokens.atOperator("]") ? expression() : constant(null);
        tokens.expectOperator("]");
        return scope -> {
            Object value = owner.evaluate(scope);
            Budget.read(value);
            return Budget.produced(
                    Values.slice(value, start.evaluate(scope), stop.evaluate(scope), step.evaluate(scope)));
        };
    }

    private ArgumentsExpression arguments() {
        List<Expression> positional = new ArrayList<>();
        List<Boolean> spread = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        List<Expression> maps = new ArrayList<>();
        tokens.expectOperator("(");
        boolean first = true;
        while (!tokens.skipOperator(")")) {
            if (!first) {
                tokens.expectOperator(",");
                if (tokens.skipOperator(")")) {
                    break;
                }
            }
            first = false;
            if (tokens.skipOperator("**")) {
                maps.add(expression());
            } else if (tokens.at(Kind.NAME) && tokens.peekSecond().is(Kind.OPERATOR, "=")) {
                String name = tokens.name();
                tokens.expectOperator("=");
                named.put(name, expression());
            } else {
                spread.add(tokens.skipOperator("*"));
                positional.add(expression());
            }
        }
        return scope -> {
            List<Object> values = new ArrayList<>();
            for (int i = 0; i < positional.size(); i++) {
                Object value = positional.get(i).evaluate(scope);
                values.addAll(spread.get(i) ? Values.iterate(value) : Collections.singletonList(value));
            }
            Map<String, Object> keywords = new LinkedHashMap<>();
            named.forEach((name, value) -> keywords.put(name, value.evaluate(scope)));
            for (Expression map : maps) {
                if (map.evaluate(scope) instanceof Map<?, ?> entries) {
                    entries.forEach(
                            (name, value) -> keywords.put(Values.text(name).chars(), value));
                }
            }
            return new Arguments(values, keywords);
        };
    }

    private Expression filters(Expression value) {
        Expression result = value;
        while (true) {
            if (tokens.atOperator("|")) {
                result = filter(result);
            } else if (tokens.skipName("is")) {
                result = test(result);
            } else if (tokens.atOperator("(")) {
                result = new Call(result, arguments());
            } else {
                return result;
            }
        }
    }

    /** The filter behind a {@code |}, applied to a value. */
    Expression filter(Expression value) {
        tokens.expectOperator("|");
        return namedFilter(value);
    }

    Expression namedFilter(Expression value) {
        String name = tokens.name();
        ArgumentsExpression arguments = tokens.atOperator("(") ? arguments() : scope -> Arguments.NONE;
        return scope -> {
            Object input = value.evaluate(scope);
            return Filters.apply(name, input, arguments.evaluate(scope));
        };
    }

    private Expression test(Expression value) {
        boolean negated = tokens.skipName("not");
        String name =
                tokens.at(Kind.OPERATOR) && COMPARISONS.contains(tokens.peek().value())
                        ? tokens.next().value()
                        : tokens.name();
        ArgumentsExpression arguments = scope -> Arguments.NONE;
        if (tokens.atOperator("(")) {
            arguments = arguments();
        } else if (startsTestArgument()) {
            Expression argument = postfix(primary());
            arguments = scope -> new Arguments(Collections.singletonList(argument.evaluate(scope)), Map.of());
        }
        ArgumentsExpression others = arguments;
        return scope -> {
            Object subject = value.evaluate(scope);
            return TemplateTests.holds(name, subject, others.evaluate(scope)) != negated;
        };
    }

    private boolean startsTestArgument() {
        Token token = tokens.peek();
        return switch (token.kind()) {
            case NAME ->
                !Set.of("else", "or", "and", "is", "if", "in", "not", "recursive")
                        .contains(token.value());
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.value().equals("[") || token.value().equals("{");
            default -> false;
        };
    }

    private static List<Object> evaluate(List<Expression> expressions, Scope scope) {
        List<Object> values = new ArrayList<>();
        expressions.forEach(expression -> values.add(expression.evaluate(scope)));
        return values;
    }
}
