package io.gkt.service.description;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.text.StringEscapeUtils;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.providers.JavadocProvider;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;

/**
 * Says of records what the library that reads them leaves out. What a request may leave out may be null as well; what a
 * response has is there, unless the record leaves nulls out, and is never null, unless it is marked so.
 */
final class RecordSchemas implements OpenApiCustomizer {

    private static final String REFERENCE = Components.COMPONENTS_SCHEMAS_REF;
    private static final Map<Class<?>, List<BigDecimal>> RANGES = Map.of(
            Integer.class, List.of(BigDecimal.valueOf(Integer.MIN_VALUE), BigDecimal.valueOf(Integer.MAX_VALUE)),
            Long.class, List.of(BigDecimal.valueOf(Long.MIN_VALUE), BigDecimal.valueOf(Long.MAX_VALUE)));

    private final SchemaNames names;
    private final JavadocProvider javadoc;

    RecordSchemas(SchemaNames names, JavadocProvider javadoc) {
        this.names = names;
        this.javadoc = javadoc;
    }

    @Override
    public void customise(OpenAPI api) {
        Map<String, Schema> schemas = api.getComponents().getSchemas();
        Set<String> requests = requests(api, schemas);
        schemas.forEach((name, schema) ->
                names.recordOf(name).ifPresent(type -> complete(type, schema, requests.contains(name))));
    }

    /** Names of the schemas that requests are made of. */
    private static Set<String> requests(OpenAPI api, Map<String, Schema> schemas) {
        Set<String> found = new HashSet<>();
        api.getPaths().values().stream()
                .flatMap(path -> path.readOperations().stream())
                .map(Operation::getRequestBody)
                .filter(body -> body != null)
                .flatMap(body -> body.getContent().values().stream())
                .map(MediaType::getSchema)
                .forEach(schema -> collect(schema, schemas, found));
        return found;
    }

    private static void collect(Schema<?> schema, Map<String, Schema> schemas, Set<String> found) {
        if (schema == null) {
            return;
        }
        if (schema.get$ref() != null) {
            String name = schema.get$ref().substring(REFERENCE.length());
            if (found.add(name)) {
                collect(schemas.get(name), schemas, found);
            }
        }
        collect(schema.getItems(), schemas, found);
        Optional.<Map<String, Schema>>ofNullable(schema.getProperties())
                .orElse(Map.of())
                .values()
                .forEach(property -> collect(property, schemas, found));
    }

    private void complete(Class<?> type, Schema<?> schema, boolean request) {
        if (request) {
            schema.setAdditionalProperties(true);
        }
        schema.setDescription(markdown(schema.getDescription()));
        boolean leavesNullsOut = Optional.ofNullable(type.getAnnotation(JsonInclude.class))
                .map(include -> include.value() == JsonInclude.Include.NON_NULL)
                .orElse(false);
        Map<String, Schema> properties = new LinkedHashMap<>(schema.getProperties());
        List<String> required = new ArrayList<>();
        fields(type).forEach((name, component) -> {
            Schema<?> property = properties.get(name);
            property.setDescription(description(component));
            if (component.getType() == JsonNode.class) {
                property.setTypes(null);
            }
            restrict(property, component);
            property = union(property, component);
            boolean always = request
                    ? has(component, NotNull.class)
                    : component.getType().isPrimitive() || !leavesNullsOut && !has(component, JsonInclude.class);
            boolean nullable = request ? !always : component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            if (always) {
                required.add(name);
            }
            properties.put(name, nullable ? orNull(property) : property);
        });
        schema.setProperties(properties);
        schema.setRequired(required.isEmpty() ? null : required);
    }

    /** The record's fields as JSON has them, those of unwrapped records among its own. */
    private static Map<String, RecordComponent> fields(Class<?> type) {
        Map<String, RecordComponent> fields = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            if (has(component, JsonUnwrapped.class)) {
                fields.putAll(fields(component.getType()));
            } else {
                fields.put(wireName(component), component);
            }
        }
        return fields;
    }

    private static String wireName(RecordComponent component) {
        return annotation(component, JsonProperty.class)
                .map(JsonProperty::value)
                .orElseGet(() -> Jackson3Naming.isSnakeCase(component.getDeclaringRecord())
                        ? PropertyNamingStrategies.SNAKE_CASE.nameForField(null, null, component.getName())
                        : component.getName());
    }

    private String description(RecordComponent component) {
        return markdown(javadoc.getRecordClassParamJavadoc(component.getDeclaringRecord())
                .get(component.getName()));
    }

    /** Javadoc comes as HTML, with its lines and links. */
    static String markdown(String html) {
        return html == null
                ? null
                : StringEscapeUtils.unescapeHtml4(html.replaceAll("</?code>", "`")
                        .replaceAll("\\{@link \\S+ ([^}]*)}", "`$1`")
                        .replaceAll("\\s+", " "));
    }

    private static void restrict(Schema<?> property, RecordComponent component) {
        Class<?> type = component.getType();
        if (RANGES.containsKey(type)) {
            List<BigDecimal> range = RANGES.get(type);
            property.setMinimum(Optional.ofNullable(property.getMinimum()).orElse(range.get(0)));
            property.setMaximum(Optional.ofNullable(property.getMaximum()).orElse(range.get(1)));
        }
        if (property.getPattern() != null) {
            property.setPattern("^(?:" + property.getPattern() + ")$");
        }
        if (Map.class.isAssignableFrom(type)) {
            annotation(component, Size.class).ifPresent(size -> property.setMaxProperties(size.max()));
        }
    }

    /** One element may stand without the array around it. */
    private static Schema<?> union(Schema<?> property, RecordComponent component) {
        boolean single = annotation(component, JsonFormat.class)
                .map(format -> List.of(format.with()).contains(JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY))
                .orElse(false);
        return single ? anyOf(property, property.getItems()) : property;
    }

    private static Schema<?> orNull(Schema<?> property) {
        if (property.getAnyOf() != null) {
            property.addAnyOfItem(ofType("null"));
        } else if (property.get$ref() != null) {
            return anyOf(property, ofType("null"));
        } else if (property.getTypes() != null) {
            property.addType("null");
            if (property.getEnum() != null) {
                addNull(property);
            }
        }
        return property;
    }

    /** The library's own list of values can't grow. */
    private static <T> void addNull(Schema<T> property) {
        List<T> values = new ArrayList<>(property.getEnum());
        values.add(null);
        property.setEnum(values);
    }

    private static Schema<?> anyOf(Schema<?> one, Schema<?> other) {
        Schema<?> either = new JsonSchema().description(one.getDescription());
        one.setDescription(null);
        return either.addAnyOfItem(one).addAnyOfItem(other);
    }

    private static Schema<?> ofType(String type) {
        Schema<?> schema = new JsonSchema();
        schema.addType(type);
        return schema;
    }

    private static boolean has(RecordComponent component, Class<? extends Annotation> annotation) {
        return annotation(component, annotation).isPresent();
    }

    private static <A extends Annotation> Optional<A> annotation(RecordComponent component, Class<A> annotation) {
        Method accessor = component.getAccessor();
        return Optional.ofNullable(accessor.getAnnotation(annotation));
    }
}
