package io.gkt.service.start;

import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.ReflectionUtils;

/**
 * Checks the constraints of settings. Hibernate Validator does so when the application binds them; to start it takes
 * longer than to read and check all settings. Kinds of constraints that are not known here are left to it.
 */
final class Constraints {

    private Constraints() {}

    /**
     * Checks a record and those in it.
     *
     * @param name     of the record's settings, such as {@code gkt.service}
     * @param settings what was bound
     * @return what is wrong, as sentences
     */
    static List<String> broken(String name, Record settings) {
        List<String> broken = new ArrayList<>();
        for (RecordComponent component : settings.getClass().getRecordComponents()) {
            String setting = name + "." + DataObjectPropertyName.toDashedForm(component.getName());
            Object value = value(component.getAccessor(), settings);
            for (Annotation constraint : component.getAccessor().getAnnotations()) {
                String rule = value == null ? ruleForNull(constraint) : rule(constraint, value);
                if (rule != null) {
                    broken.add(setting + " is " + text(value) + ", but " + rule + ".");
                }
            }
            if (value instanceof Record nested) {
                broken.addAll(broken(setting, nested));
            } else if (value instanceof Map<?, ?> named) {
                named.forEach((key, nested) -> broken.addAll(broken(setting + "." + key, (Record) nested)));
            }
        }
        // A rule about several settings is a method that says whether it holds.
        for (Method rule : settings.getClass().getDeclaredMethods()) {
            AssertTrue constraint = rule.getAnnotation(AssertTrue.class);
            if (constraint != null && !(boolean) value(rule, settings)) {
                broken.add(name + ": " + constraint.message() + ".");
            }
        }
        return broken;
    }

    private static Object value(Method method, Record settings) {
        ReflectionUtils.makeAccessible(method);
        return ReflectionUtils.invokeMethod(method, settings);
    }

    private static String ruleForNull(Annotation constraint) {
        return constraint instanceof NotNull ? "must be set" : null;
    }

    /** The constraint in words; null if it holds. */
    private static String rule(Annotation constraint, Object value) {
        if (constraint instanceof Min min) {
            return ((Number) value).longValue() < min.value() ? "must be at least " + min.value() : null;
        }
        if (constraint instanceof Max max) {
            return ((Number) value).longValue() > max.value() ? "must be at most " + max.value() : null;
        }
        if (constraint instanceof Pattern pattern) {
            return ((String) value).matches(pattern.regexp()) ? null : pattern.message();
        }
        if (constraint instanceof DurationMin min) {
            Duration least = Duration.ofDays(min.days())
                    .plusHours(min.hours())
                    .plusMinutes(min.minutes())
                    .plusSeconds(min.seconds())
                    .plusMillis(min.millis())
                    .plusNanos(min.nanos());
            return ((Duration) value).compareTo(least) < 0 ? "must be at least " + text(least) : null;
        }
        if (constraint instanceof DurationMax max) {
            Duration most = Duration.ofDays(max.days())
                    .plusHours(max.hours())
                    .plusMinutes(max.minutes())
                    .plusSeconds(max.seconds())
                    .plusMillis(max.millis())
                    .plusNanos(max.nanos());
            return ((Duration) value).compareTo(most) > 0 ? "must be at most " + text(most) : null;
        }
        return null;
    }

    private static String text(Object value) {
        return value instanceof Duration duration
                ? DurationStyle.SIMPLE.print(
                        duration, duration.toMillisPart() == 0 ? ChronoUnit.SECONDS : ChronoUnit.MILLIS)
                : String.valueOf(value);
    }
}
