package io.gkt.inference.chat;

/** A parsed expression. */
interface Expression {
    Object evaluate(Scope scope);
}
