package io.gkt.inference.jinja;

/** A value with named attributes of its own, such as {@code loop}; nothing of Java is reachable from a template. */
interface Attributes {
    /** The attribute's value, {@link Undefined} if there is none. */
    Object attribute(String name);
}
