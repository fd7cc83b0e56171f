package io.gkt.service.start;

import io.gkt.service.StartException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Finds names under {@code gkt} that no setting has: the misspelled would have no effect. */
final class SettingNames {

    private static final ConfigurationPropertyName ALL = ConfigurationPropertyName.of("gkt");

    /** What Kubernetes and Docker put into the environment for a service called gkt-student or gkt-teacher. */
    private static final Pattern SERVICE_LINK =
            Pattern.compile(".*_SERVICE_(HOST|PORT)(_.*)?|.*_PORT(_\\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?");

    /** Stands for the names that users choose. */
    private static final String ANY = "NAME";

    private SettingNames() {}

    /**
     * Throws {@link StartException} if there is a name that no setting has. In the environment, which programs share,
     * only names of this program count.
     *
     * @param environment the settings as they were given
     * @param settings    this program's settings: records with a prefix
     */
    static void check(ConfigurableEnvironment environment, Class<?>... settings) {
        Set<String> known = new TreeSet<>();
        for (Class<?> type : settings) {
            collect(prefix(type), type, known);
        }
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource names) {
                names.stream()
                        .filter(ALL::isAncestorOf)
                        .map(source::getConfigurationProperty)
                        .filter(given -> !isKnown(given, known, settings))
                        .findFirst()
                        .ifPresent(given -> refuse(given, known));
            }
        }
    }

    /**
     * @param settings a record with a prefix
     * @return the prefix, such as {@code gkt.service}
     */
    static String prefix(Class<?> settings) {
        return settings.getAnnotation(ConfigurationProperties.class).prefix();
    }

    private static void collect(String prefix, Class<?> type, Set<String> names) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + "." + DataObjectPropertyName.toDashedForm(component.getName());
            if (component.getType().isRecord()) {
                collect(name, component.getType(), names);
            } else if (component.getType() == Map.class) {
                ResolvableType map = ResolvableType.forType(component.getGenericType());
                collect(name + "." + ANY, map.getGeneric(1).toClass(), names);
            } else {
                names.add(name);
            }
        }
    }

    private static boolean isKnown(ConfigurationProperty given, Set<String> known, Class<?>... settings) {
        String name = given.getName().toString().replaceAll("\\[\\d+]", "");
        Optional<String> variable = variable(given);
        if (variable.isEmpty()) {
            return known.stream().anyMatch(setting -> matches(name, setting, "[^.]+"));
        }
        return Arrays.stream(settings)
                        .map(type -> ConfigurationPropertyName.of(prefix(type)))
                        .noneMatch(prefix -> prefix.isAncestorOf(given.getName()))
                || SERVICE_LINK.matcher(variable.get()).matches()
                || known.stream().anyMatch(setting -> matches(name.replace(".", ""), setting.replace(".", ""), ".+"));
    }

    /** Dashes don't count; environment variables don't tell them from dots. */
    private static boolean matches(String name, String setting, String any) {
        return name.replace("-", "")
                .matches(setting.replace("-", "").replace(".", "\\.").replace(ANY, any));
    }

    private static void refuse(ConfigurationProperty given, Set<String> known) {
        String name = given.getName().toString();
        String nearest = known.stream()
                .min(Comparator.comparing(
                        setting -> LevenshteinDistance.getDefaultInstance().apply(name, setting)))
                .orElseThrow();
        throw new StartException(
                name + origin(given) + " is not a setting.",
                "Did you mean " + nearest + "? --help shows all settings.");
    }

    /**
     * @param given a setting; may be null
     * @return where it comes from, in parentheses; empty if it was the command line
     */
    static String origin(ConfigurationProperty given) {
        return variable(given)
                .map(name -> " (environment variable " + name + ")")
                .orElseGet(() -> {
                    Origin origin = Origin.from(given);
                    Origin source = origin instanceof PropertySourceOrigin wrapped ? wrapped.getOrigin() : origin;
                    return source == null ? "" : " (" + source + ")";
                });
    }

    private static Optional<String> variable(ConfigurationProperty given) {
        return Origin.from(given) instanceof PropertySourceOrigin origin
                        && origin.getPropertySource() instanceof SystemEnvironmentPropertySource
                ? Optional.of(origin.getPropertyName())
                : Optional.empty();
    }
}
