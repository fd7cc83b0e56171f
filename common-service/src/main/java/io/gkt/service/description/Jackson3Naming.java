package io.gkt.service.description;

import com.fasterxml.jackson.core.Version;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.NopAnnotationIntrospector;
import tools.jackson.databind.annotation.JsonNaming;

/** What reads records for the description knows Jackson 2's annotations only; records here are named by Jackson 3's. */
final class Jackson3Naming extends NopAnnotationIntrospector {

    private static final long serialVersionUID = 1;

    @Override
    public Object findNamingStrategy(AnnotatedClass type) {
        return isSnakeCase(type.getRawType()) ? PropertyNamingStrategies.SnakeCaseStrategy.class : null;
    }

    static boolean isSnakeCase(Class<?> type) {
        JsonNaming naming = type.getAnnotation(JsonNaming.class);
        return naming != null
                && naming.value() == tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy.class;
    }

    @Override
    public Version version() {
        return Version.unknownVersion();
    }
}
