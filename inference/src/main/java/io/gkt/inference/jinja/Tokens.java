package io.gkt.inference.jinja;

import io.gkt.inference.jinja.TemplateLexer.Kind;
import io.gkt.inference.jinja.TemplateLexer.Token;
import java.util.List;

/** The parser's place in a template's tokens. */
final class Tokens {
    private final List<Token> tokens;
    private int position;

    Tokens(String source) {
        this.tokens = TemplateLexer.tokenize(source);
    }

    Token peek() {
        return tokens.get(position);
    }

    Token peekSecond() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = peek();
        if (token.kind() != Kind.END) {
            position++;
        }
        return token;
    }

    boolean at(Kind kind) {
        return peek().kind() == kind;
    }

    boolean atOperator(String operator) {
        return peek().is(Kind.OPERATOR, operator);
    }

    boolean atName(String name) {
        return peek().is(Kind.NAME, name);
    }

    boolean skipOperator(String operator) {
        return skipIf(atOperator(operator));
    }

    boolean skipName(String name) {
        return skipIf(atName(name));
    }

    private boolean skipIf(boolean condition) {
        if (condition) {
            position++;
        }
        return condition;
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw error("'" + operator + "' is missing before '" + peek().value() + "'");
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw error("'" + name + "' is missing before '" + peek().value() + "'");
        }
    }

    String name() {
        return expect(Kind.NAME).value();
    }

    Token expect(Kind kind) {
        if (!at(kind)) {
            throw unexpected();
        }
        return next();
    }

    TemplateException unexpected() {
        return error("unexpected '" + peek().value() + "'");
    }

    TemplateException error(String message) {
        return new TemplateException("Chat template, line " + peek().line() + ": " + message);
    }
}
