package io.gkt.service.start;

import io.gkt.service.StartException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import sun.misc.Signal;

/** What {@code main} of a service does. */
public final class ServiceStart {

    private ServiceStart() {}

    /**
     * Prints help, if the arguments ask for it, or starts the service. Its settings are checked before anything is
     * built from them: what is wrong stops the start at once, with one line on standard error and exit code 1. Once
     * started, SIGTERM lets it finish what it has begun, and end with exit code 0.
     *
     * @param application the service's configuration; a {@code help.txt} beside it introduces its help
     * @param settings    the service's settings, with their prefix
     * @param <S>         their type
     * @param check       throws {@link StartException} if the settings can't be met
     * @param arguments   settings as {@code --name=value}, or {@code --help}
     */
    public static <S extends Record> void run(
            Class<?> application, Class<S> settings, Consumer<S> check, String... arguments) {
        List<String> given = Arrays.asList(arguments);
        if (given.contains("--help") || given.contains("-h")) {
            System.out.print(SettingsHelp.of(application));
            return;
        }
        try {
            StartCheck.run(settings, check, arguments);
        } catch (StartException e) {
            StartFailureReporter.report(e);
            System.exit(1);
        }
        SpringApplication service = new SpringApplication(application);
        service.addInitializers(context -> keepMetricsNear(context.getEnvironment()));
        service.run(arguments);
        // Without this Java ends with 143, although everything has been finished in good order.
        Signal.handle(new Signal("TERM"), signal -> System.exit(0));
    }

    /** Metrics on a port of their own would otherwise be for every machine that reaches this one. */
    private static void keepMetricsNear(ConfigurableEnvironment environment) {
        String address = environment.getProperty("server.address");
        String port = environment.getProperty("management.server.port");
        if (address != null && port != null && !port.equals(environment.getProperty("server.port"))) {
            environment
                    .getPropertySources()
                    .addLast(new MapPropertySource("metrics", Map.of("management.server.address", address)));
        }
    }
}
