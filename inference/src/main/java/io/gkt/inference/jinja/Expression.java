package io.gkt.inference.jinja;

/** A parsed expression. */
interface Expression {
    Object evaluate(Scope scope);
}
