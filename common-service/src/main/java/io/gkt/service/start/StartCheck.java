package io.gkt.service.start;

import io.gkt.service.ServiceSettings;
import io.gkt.service.StartException;
import io.gkt.service.access.AccessSettings;
import jakarta.validation.Validation;
import jakarta.validation.ValidatorFactory;
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
import java.util.stream.Collectors;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.bind.validation.ValidationBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.ClassUtils;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;
import org.springframework.validation.beanvalidation.SpringValidatorAdapter;

/**
 * Checks the settings as soon as they are read, before anything is built from them.
 *
 * @param <S> the service's settings
 */
final class StartCheck<S> implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

    private final Class<S> settings;
    private final Consumer<S> check;

    /**
     * @param settings the service's settings, with their prefix
     * @param check    throws {@link StartException} if the settings can't be met
     */
    StartCheck(Class<S> settings, Consumer<S> check) {
        this.settings = settings;
        this.check = check;
    }

    /** As soon as configuration files were read and logging obeys them. */
    @Override
    public int getOrder() {
        return LoggingApplicationListener.DEFAULT_ORDER + 1;
    }

    @Override
    public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        ConfigurableEnvironment environment = event.getEnvironment();
        SettingNames.check(environment, settings, ServiceSettings.class, AccessSettings.class);
        ApplicationConversionService conversion = new ApplicationConversionService();
        conversion.addConverter(String.class, Path.class, Path::of);
        Binder binder = new Binder(
                ConfigurationPropertySources.get(environment),
                new PropertySourcesPlaceholdersResolver(environment),
                conversion);
        try (ValidatorFactory validators = Validation.byDefaultProvider()
                .configure()
                .ignoreXmlConfiguration()
                .buildValidatorFactory()) {
            BindHandler valid = new ValidationBindHandler(new SpringValidatorAdapter(validators.getValidator()));
            bind(binder, ServiceSettings.class, valid);
            InetAddress address =
                    binder.bind("server.address", InetAddress.class).orElse(null);
            bind(binder, AccessSettings.class, valid).check(address);
            S bound = bind(binder, settings, valid);
            checkPort(address, binder.bind("server.port", Integer.class).orElse(8080));
            check.accept(bound);
        } catch (BindException e) {
            throw new StartException(wrong(e), "--help shows all settings.", e);
        } catch (InvalidConfigurationPropertyValueException e) {
            throw new StartException(e.getName() + " is " + e.getValue() + ".", e.getReason(), e);
        }
    }

    private static <T> T bind(Binder binder, Class<T> settings, BindHandler handler) {
        return binder.bindOrCreate(SettingNames.prefix(settings), Bindable.of(settings), handler);
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
        if (failure.getCause() instanceof BindValidationException invalid) {
            return invalid.getValidationErrors().getAllErrors().stream()
                    .map(error -> wrong(invalid.getValidationErrors().getName(), error))
                    .collect(Collectors.joining(" "));
        }
        String value = failure.getProperty() == null
                ? "wrong"
                : "'" + failure.getProperty().getValue() + "'";
        return failure.getName() + " is " + value + SettingNames.origin(failure.getProperty()) + ", but must be "
                + expected(failure.getTarget().getType()) + ".";
    }

    private static String wrong(ConfigurationPropertyName prefix, ObjectError error) {
        // A rule about several settings is a method that says whether it holds.
        return error instanceof FieldError field && !(field.getRejectedValue() instanceof Boolean)
                ? prefix + "." + dashed(field.getField()) + " is " + field.getRejectedValue() + ", but "
                        + field.getDefaultMessage() + "."
                : prefix + ": " + error.getDefaultMessage() + ".";
    }

    private static String dashed(String path) {
        return Arrays.stream(path.split("\\."))
                .map(DataObjectPropertyName::toDashedForm)
                .collect(Collectors.joining("."));
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
