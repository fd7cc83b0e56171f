package io.gkt.service.start;

import io.gkt.service.ServiceSettings;
import io.gkt.service.StartException;
import io.gkt.service.access.AccessSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.env.RandomValuePropertySource;
import org.springframework.boot.support.SpringApplicationJsonEnvironmentPostProcessor;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.util.ClassUtils;
import org.springframework.util.unit.DataSize;

/** Checks the settings before anything is built from them, Spring's application included. */
final class StartCheck {

    private static final String HELP = "--help shows all settings.";

    private StartCheck() {}

    /**
     * Reads the settings as Spring Boot will, from the command line, the environment and files, and checks them.
     *
     * @param settings  the service's settings, with their prefix
     * @param check     throws {@link StartException} if the settings can't be met
     * @param arguments of the command line
     * @param <S>       the settings' type
     * @throws StartException if the service can't start with them
     */
    static <S extends Record> void run(Class<S> settings, Consumer<S> check, String... arguments) {
        ConfigurableEnvironment environment = read(arguments);
        SettingNames.check(environment, settings, ServiceSettings.class, AccessSettings.class);
        ApplicationConversionService conversion = new ApplicationConversionService();
        conversion.addConverter(String.class, Path.class, Path::of);
        Binder binder = new Binder(
                ConfigurationPropertySources.get(environment),
                new PropertySourcesPlaceholdersResolver(environment),
                conversion);
        try {
            bind(binder, ServiceSettings.class);
            InetAddress address =
                    binder.bind("server.address", InetAddress.class).orElse(null);
            bind(binder, AccessSettings.class).check(address);
            S bound = bind(binder, settings);
            checkPort(address, binder.bind("server.port", Integer.class).orElse(8080));
            check.accept(bound);
        } catch (BindException e) {
            throw new StartException(wrong(e), HELP, e);
        } catch (InvalidConfigurationPropertyValueException e) {
            throw new StartException(e.getName() + " is " + e.getValue() + ".", e.getReason(), e);
        }
    }

    /** What Boot does to its application's environment, in Boot's order. */
    private static ConfigurableEnvironment read(String... arguments) {
        ConfigurableEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new SimpleCommandLinePropertySource(arguments));
        new SpringApplicationJsonEnvironmentPostProcessor().postProcessEnvironment(environment, null);
        RandomValuePropertySource.addToEnvironment(environment);
        try {
            ConfigDataEnvironmentPostProcessor.applyTo(environment);
        } catch (RuntimeException e) {
            throw new StartException("The settings can't be read: " + e.getMessage() + ".", "Correct them.", e);
        }
        ConfigurationPropertySources.attach(environment);
        return environment;
    }

    private static <T extends Record> T bind(Binder binder, Class<T> settings) {
        String prefix = SettingNames.prefix(settings);
        T bound = binder.bindOrCreate(prefix, settings);
        List<String> broken = Constraints.broken(prefix, bound);
        if (!broken.isEmpty()) {
            throw new StartException(String.join(" ", broken), HELP);
        }
        return bound;
    }

    /** Tomcat opens it last, after the model was loaded. */
    private static void checkPort(InetAddress address, int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, address)) {
            assert socket.isBound();
        } catch (IOException | IllegalArgumentException e) {
            String where = address == null ? "port " + port : address.getHostAddress() + " port " + port;
            throw new StartException(
                    "Can't listen on " + where + ": " + e.getMessage() + ".",
                    "Stop what uses it, or set server.port (0 takes any free port) or server.address to another one.",
                    e);
        }
    }

    private static String wrong(BindException failure) {
        String value = failure.getProperty() == null
                ? "wrong"
                : "'" + failure.getProperty().getValue() + "'";
        return failure.getName() + " is " + value + SettingNames.origin(failure.getProperty()) + ", but must be "
                + expected(failure.getTarget().getType()) + ".";
    }

    private static String expected(ResolvableType type) {
        ResolvableType elements = type.asCollection();
        return elements == ResolvableType.NONE
                ? expected(type.resolve(Object.class))
                : expected(elements.getGeneric().resolve(Object.class)) + ", or several separated by commas";
    }

    private static String expected(Class<?> type) {
        if (type.isEnum()) {
            List<String> names = Arrays.stream(type.getEnumConstants())
                    .map(constant -> ((Enum<?>) constant).name().toLowerCase().replace('_', '-'))
                    .toList();
            return "one of " + String.join(", ", names);
        }
        Class<?> whole = ClassUtils.resolvePrimitiveIfNecessary(type);
        if (Set.of(Integer.class, Long.class).contains(whole)) {
            return "a whole number";
        }
        if (whole == Duration.class) {
            return "a time such as 500ms or 2s";
        }
        if (whole == DataSize.class) {
            return "a size such as 512MB or 2GB";
        }
        if (whole == URI.class) {
            return "a URL such as http://127.0.0.1:8090";
        }
        return whole == InetAddress.class ? "an address of this machine" : "a " + whole.getSimpleName();
    }
}
