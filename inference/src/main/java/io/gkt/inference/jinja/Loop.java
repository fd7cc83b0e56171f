package io.gkt.inference.jinja;

import java.util.List;

/** The {@code loop} variable of one round of a {@code for} loop. */
final class Loop implements Attributes, Callable {
    private final List<Object> elements;
    private final int index;
    private final int depth;
    private final Callable recursion;
    private final Object[] lastChanged;

    /**
     * @param recursion renders the loop over other elements; null unless the loop is recursive
     * @param lastChanged one cell, shared by all rounds
     */
    Loop(List<Object> elements, int index, int depth, Callable recursion, Object[] lastChanged) {
        this.elements = elements;
        this.index = index;
        this.depth = depth;
        this.recursion = recursion;
        this.lastChanged = lastChanged;
    }

    @Override
    public Object attribute(String name) {
        long size = elements.size();
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> size - index;
            case "revindex0" -> size - index - 1;
            case "first" -> index == 0;
            case "last" -> index + 1 == size;
            case "length" -> size;
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "previtem" -> index > 0 ? elements.get(index - 1) : new Undefined("there is no previous item");
            case "nextitem" -> index + 1 < size ? elements.get(index + 1) : new Undefined("there is no next item");
            case "cycle" ->
                (Callable) arguments -> {
                    if (arguments.positional().isEmpty()) {
                        throw Values.error("no items for cycling given");
                    }
                    return arguments
                            .positional()
                            .get(index % arguments.positional().size());
                };
            case "changed" -> (Callable) this::changed;
            default -> new Undefined("loop has no attribute '" + name + "'");
        };
    }

    private boolean changed(Arguments arguments) {
        boolean changed = lastChanged[0] == null || !Values.equal(lastChanged[0], arguments.positional());
        lastChanged[0] = arguments.positional();
        return changed;
    }

    @Override
    public Object call(Arguments arguments) {
        if (recursion == null) {
            throw Values.error("only a loop marked recursive can be called");
        }
        return recursion.call(arguments);
    }
}
