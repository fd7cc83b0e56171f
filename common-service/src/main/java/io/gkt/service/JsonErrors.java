package io.gkt.service;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.exc.MismatchedInputException;

/** Says in a client's words what is wrong with its JSON. */
final class JsonErrors {

    /** The library tells of its own methods, and of a place that it does not know. */
    private static final Pattern HINT =
            Pattern.compile(", from `[^`]*`| \\((?:start marker|for \\w+ starting) at .*?]\\)");

    private JsonErrors() {}

    static ApiException describe(JacksonException exception) {
        String param = path(exception.getPath());
        String subject = param == null ? "The body" : param;
        if (exception instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            return ApiException.invalid(param, subject + " must be " + name(mismatch.getTargetType()) + ".");
        }
        if (exception instanceof InputCoercionException) {
            return ApiException.invalid(param, subject + " is a number out of range.");
        }
        String message = HINT.matcher(
                        exception.getOriginalMessage().lines().findFirst().orElse(""))
                .replaceAll("");
        return ApiException.invalid(
                param, subject + " is not valid JSON" + place(exception.getLocation()) + ": " + message);
    }

    private static String place(TokenStreamLocation location) {
        return location == null || location.getLineNr() < 1
                ? ""
                : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static String path(List<JacksonException.Reference> references) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference reference : references) {
            if (reference.getPropertyName() == null) {
                path.append('[').append(reference.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(reference.getPropertyName());
            }
        }
        return path.isEmpty() ? null : path.toString();
    }

    private static String name(Class<?> type) {
        if (type == String.class) {
            return "a string";
        }
        if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        }
        if (List.of(Integer.class, int.class, Long.class, long.class).contains(type)) {
            return "a whole number within range";
        }
        if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
            return "a number";
        }
        return Collection.class.isAssignableFrom(type) ? "an array" : "an object";
    }
}
