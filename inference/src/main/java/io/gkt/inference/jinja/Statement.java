package io.gkt.inference.jinja;

/** A parsed part of a template. */
interface Statement {
    /** How it ended: on to the next statement, or out of this round of the innermost loop. */
    enum Flow {
        NEXT,
        CONTINUE,
        BREAK
    }

    Flow run(Scope scope, Text.Builder out);
}
