package io.gkt.service.description;

import com.fasterxml.jackson.databind.JavaType;
import io.swagger.v3.core.jackson.TypeNameResolver;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Names schemas after classes, and remembers which is which. A nested record's name begins with its parent's. */
final class SchemaNames extends TypeNameResolver {

    private final Map<String, Class<?>> types = new ConcurrentHashMap<>();

    @Override
    protected String nameForClass(Class<?> type, Set<Options> options) {
        String parent = type.getEnclosingClass() == null ? "" : nameForClass(type.getEnclosingClass(), options);
        String name = parent + type.getSimpleName();
        types.put(name, type);
        return name;
    }

    @Override
    protected String nameForClass(JavaType type, Set<Options> options) {
        return nameForClass(type.getRawClass(), options);
    }

    /** @return the record that a schema is of; empty if it is of none */
    Optional<Class<?>> recordOf(String schema) {
        Class<?> type = types.get(schema);
        return type != null && type.isRecord() ? Optional.of(type) : Optional.empty();
    }
}
