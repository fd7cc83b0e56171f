package io.gkt.inference.jinja;

/**
 * A missing variable, attribute or item: empty when printed or iterated, an error when used otherwise.
 *
 * @param message what is missing
 */
record Undefined(String message) {
    static Undefined variable(String name) {
        return new Undefined("'" + name + "' is undefined");
    }

    static Undefined of(Object owner, String name) {
        return owner instanceof Undefined undefined
                ? undefined
                : new Undefined("'" + Values.typeName(owner) + " object' has no attribute '" + name + "'");
    }

    TemplateException error() {
        return new TemplateException("The chat template uses something undefined: " + message);
    }
}
