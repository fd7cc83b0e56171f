package io.gkt.inference.jinja;

/** Something a template can call: a global function, a method, a macro. */
interface Callable {
    Object call(Arguments arguments);
}
