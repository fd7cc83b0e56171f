package io.gkt.inference.jinja;

import io.gkt.inference.jinja.Statement.Flow;
import io.gkt.inference.jinja.TemplateLexer.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Parses a Jinja template into something that runs. It knows what chat templates need: everything but inheritance,
 * inclusion and imports.
 */
final class TemplateParser {
    /** Where a value is stored: a name, several names, or a namespace's attribute. */
    private interface Target {
        void assign(Scope scope, Object value);
    }

    private record Parameter(String name, Expression otherwise) {}

    private final Tokens tokens;
    private final ExpressionParser expressions;

    private TemplateParser(String source) {
        this.tokens = new Tokens(source);
        this.expressions = new ExpressionParser(tokens);
    }

    static Statement parse(String source) {
        TemplateParser parser = new TemplateParser(source);
        Statement template = parser.body(Set.of());
        if (!parser.tokens.at(Kind.END)) {
            throw parser.tokens.unexpected();
        }
        return template;
    }

    /** Statements up to one of the tags, whose name is the next token then, or up to the end. */
    private Statement body(Set<String> endTags) {
        List<Statement> statements = new ArrayList<>();
        while (!tokens.at(Kind.END)) {
            if (tokens.at(Kind.DATA)) {
                Text data = Text.markup(tokens.next().value());
                statements.add((scope, out) -> print(data, out));
            } else if (tokens.at(Kind.VARIABLE_BEGIN)) {
                tokens.next();
                Expression value = expressions.tuple();
                tokens.expect(Kind.VARIABLE_END);
                statements.add((scope, out) -> print(value.evaluate(scope), out));
            } else {
                tokens.expect(Kind.BLOCK_BEGIN);
                if (tokens.at(Kind.NAME) && endTags.contains(tokens.peek().value())) {
                    break;
                }
                statements.add(statement());
            }
        }
        if (tokens.at(Kind.END) && !endTags.isEmpty()) {
            throw tokens.error("one of " + endTags + " is missing");
        }
        return sequence(List.copyOf(statements));
    }

    private static Statement sequence(List<Statement> statements) {
        return (scope, out) -> {
            for (Statement statement : statements) {
                Budget.operation();
                Flow flow = statement.run(scope, out);
                if (flow != Flow.NEXT) {
                    return flow;
                }
            }
            return Flow.NEXT;
        };
    }

    private static Flow print(Object value, Text.Builder out) {
        out.append(Values.str(value));
        return Flow.NEXT;
    }

    private Statement statement() {
        String tag = tokens.name();
        return switch (tag) {
            case "if" -> ifStatement();
            case "for" -> forStatement();
            case "set" -> set();
            case "macro" -> macro();
            case "call" -> call();
            case "filter" -> filterBlock();
            case "with" -> with();
            case "generation" -> {
                // Marks what an assistant said, for training; renders like its content.
                Statement content = blockUntil("endgeneration");
                yield (scope, out) -> content.run(scope.inner(), out);
            }
            case "break", "continue" -> {
                tokens.expect(Kind.BLOCK_END);
                Flow flow = tag.equals("break") ? Flow.BREAK : Flow.CONTINUE;
                yield (scope, out) -> flow;
            }
            default -> throw tokens.error("the tag '" + tag + "' is not supported here");
        };
    }

    private Statement blockUntil(String endTag) {
        tokens.expect(Kind.BLOCK_END);
        Statement content = body(Set.of(endTag));
        tokens.expectName(endTag);
        tokens.expect(Kind.BLOCK_END);
        return content;
    }

    private Statement ifStatement() {
        Expression condition = expressions.tuple();
        tokens.expect(Kind.BLOCK_END);
        Statement then = body(Set.of("elif", "else", "endif"));
        Statement otherwise;
        if (tokens.skipName("elif")) {
            otherwise = ifStatement();
        } else if (tokens.skipName("else")) {
            otherwise = blockUntil("endif");
        } else {
            tokens.expectName("endif");
            tokens.expect(Kind.BLOCK_END);
            otherwise = sequence(List.of());
        }
        return (scope, out) -> (Values.truth(condition.evaluate(scope)) ? then : otherwise).run(scope, out);
    }

    private Statement forStatement() {
        Target target = targets();
        tokens.expectName("in");
        Expression iterable = expressions.tupleWithoutCondition();
        Expression condition = tokens.skipName("if") ? expressions.expression() : null;
        boolean recursive = tokens.skipName("recursive");
        tokens.expect(Kind.BLOCK_END);
        Statement content = body(Set.of("else", "endfor"));
        Statement otherwise = sequence(List.of());
        if (tokens.skipName("else")) {
            otherwise = blockUntil("endfor");
        } else {
            tokens.expectName("endfor");
            tokens.expect(Kind.BLOCK_END);
        }
        ForLoop loop = new ForLoop(target, condition, recursive, content, otherwise);
        return (scope, out) -> loop.run(scope, iterable.evaluate(scope), 0, out);
    }

    private record ForLoop(
            Target target, Expression condition, boolean recursive, Statement content, Statement otherwise) {
        Flow run(Scope scope, Object iterable, int depth, Text.Builder out) {
            List<Object> elements = new ArrayList<>();
            for (Object element : Values.iterate(iterable)) {
                Budget.operation();
                if (condition == null || isWanted(element, scope)) {
                    elements.add(element);
                }
            }
            if (elements.isEmpty()) {
                return otherwise.run(scope.inner(), out);
            }
            Callable recursion = !recursive
                    ? null
                    : arguments -> {
                        Text.Builder inner = new Text.Builder();
                        run(scope, arguments.get(0, "iterable"), depth + 1, inner);
                        return inner.build();
                    };
            Object[] lastChanged = new Object[1];
            for (int i = 0; i < elements.size(); i++) {
                Budget.operation();
                Scope round = scope.inner();
                round.set("loop", new Loop(elements, i, depth, recursion, lastChanged));
                target.assign(round, elements.get(i));
                if (content.run(round, out) == Flow.BREAK) {
                    break;
                }
            }
            return Flow.NEXT;
        }

        private boolean isWanted(Object element, Scope scope) {
            Scope round = scope.inner();
            target.assign(round, element);
            return Values.truth(condition.evaluate(round));
        }
    }

    private Target targets() {
        Target first = target();
        if (!tokens.atOperator(",")) {
            return first;
        }
        List<Target> targets = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",") && !tokens.atName("in") && !tokens.atOperator("=") && !tokens.atOperator(")")) {
            targets.add(target());
        }
        return (scope, value) -> {
            List<Object> values = Values.iterate(value);
            if (values.size() != targets.size()) {
                throw Values.error(values.size() + " values cannot be unpacked into " + targets.size() + " names");
            }
            for (int i = 0; i < targets.size(); i++) {
                targets.get(i).assign(scope, values.get(i));
            }
        };
    }

    private Target target() {
        if (tokens.skipOperator("(")) {
            Target inside = targets();
            tokens.expectOperator(")");
            return inside;
        }
        String name = tokens.name();
        if (!tokens.skipOperator(".")) {
            return (scope, value) -> scope.set(name, value);
        }
        String attribute = tokens.name();
        return (scope, value) -> {
            if (!(scope.get(name) instanceof Namespace namespace)) {
                throw Values.error("only a namespace's attributes can be set, and '" + name + "' is none");
            }
            namespace.set(attribute, value);
        };
    }

    private Statement set() {
        Target target = targets();
        if (tokens.skipOperator("=")) {
            Expression value = expressions.tuple();
            tokens.expect(Kind.BLOCK_END);
            return (scope, out) -> {
                target.assign(scope, value.evaluate(scope));
                return Flow.NEXT;
            };
        }
        // The filters come before the content, so they read it from here.
        String content = "set content";
        Expression value = scope -> scope.get(content);
        while (tokens.atOperator("|")) {
            value = expressions.filter(value);
        }
        Expression filtered = value;
        Statement body = blockUntil("endset");
        return (scope, out) -> {
            target.assign(scope, filtered.evaluate(captured(body, scope, content)));
            return Flow.NEXT;
        };
    }

    private Statement filterBlock() {
        String content = "filter content";
        Expression value = expressions.namedFilter(scope -> scope.get(content));
        while (tokens.atOperator("|")) {
            value = expressions.filter(value);
        }
        Expression filtered = value;
        Statement body = blockUntil("endfilter");
        return (scope, out) -> print(filtered.evaluate(captured(body, scope, content)), out);
    }

    /** Runs a body and gives a scope in which its output has a name. */
    private static Scope captured(Statement body, Scope scope, String name) {
        Scope inner = scope.inner();
        inner.set(name, output(body, scope.inner()));
        return inner;
    }

    private static Text output(Statement body, Scope scope) {
        Text.Builder out = new Text.Builder();
        body.run(scope, out);
        return (Text) Budget.produced(out.build());
    }

    private Statement with() {
        Map<Target, Expression> assignments = new LinkedHashMap<>();
        while (!tokens.at(Kind.BLOCK_END)) {
            if (!assignments.isEmpty()) {
                tokens.expectOperator(",");
            }
            Target target = target();
            tokens.expectOperator("=");
            assignments.put(target, expressions.expression());
        }
        Statement content = blockUntil("endwith");
        return (scope, out) -> {
            Scope inner = scope.inner();
            assignments.forEach((target, value) -> target.assign(inner, value.evaluate(scope)));
            return content.run(inner, out);
        };
    }

    private Statement macro() {
        String name = tokens.name();
        List<Parameter> parameters = parameters();
        Statement content = blockUntil("endmacro");
        return (scope, out) -> {
            scope.set(name, callable(parameters, content, scope));
            return Flow.NEXT;
        };
    }

    private Statement call() {
        List<Parameter> parameters = tokens.atOperator("(") ? parameters() : List.of();
        if (!(expressions.expression() instanceof ExpressionParser.Call call)) {
            throw tokens.error("a call block needs a call");
        }
        Statement content = blockUntil("endcall");
        Expression called = call.with("caller", scope -> callable(parameters, content, scope));
        return (scope, out) -> print(called.evaluate(scope), out);
    }

    private List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        tokens.expectOperator("(");
        while (!tokens.skipOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            String name = tokens.name();
            Expression missing = scope -> new Undefined("parameter '" + name + "' was not provided");
            parameters.add(new Parameter(name, tokens.skipOperator("=") ? expressions.expression() : missing));
        }
        return parameters;
    }

    private static Callable callable(List<Parameter> parameters, Statement content, Scope definition) {
        return arguments -> {
            Scope scope = definition.inner();
            Map<String, Object> more = new LinkedHashMap<>(arguments.named());
            for (int i = 0; i < parameters.size(); i++) {
                Parameter parameter = parameters.get(i);
                more.remove(parameter.name());
                scope.set(
                        parameter.name(),
                        arguments.has(i, parameter.name())
                                ? arguments.get(i, parameter.name())
                                : parameter.otherwise().evaluate(scope));
            }
            scope.set("varargs", new Tuple(arguments.from(parameters.size()).positional()));
            Object caller = more.remove("caller");
            if (caller != null) {
                scope.set("caller", caller);
            }
            scope.set("kwargs", Globals.dictionary(more));
            return output(content, scope);
        };
    }
}
