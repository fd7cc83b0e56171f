package io.gkt.service;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.decoder.Decoder;
import io.gkt.protocol.ModelList;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.config.MeterFilter;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.context.properties.ConfigurationPropertiesBinding;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.convert.converter.Converter;
import org.springframework.web.servlet.HandlerExceptionResolver;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.type.LogicalType;

/** Gives a service what is in this package. */
@AutoConfiguration(before = ErrorMvcAutoConfiguration.class)
@EnableConfigurationProperties({ServiceSettings.class, LifecycleProperties.class})
class ServiceAutoConfiguration {

    @Bean
    ErrorAdvice errorAdvice() {
        return new ErrorAdvice();
    }

    @Bean
    JsonErrorController jsonErrorController() {
        return new JsonErrorController();
    }

    @Bean
    @ConditionalOnBean(ModelList.Model.class)
    ModelsController modelsController(ModelList.Model model) {
        return new ModelsController(model);
    }

    @Bean
    @ConditionalOnBean(LanguageModel.class)
    MeterBinder nativeArrays(LanguageModel model) {
        return registry -> Gauge.builder("gkt.native.arrays", model.decoder(), Decoder::openArrays)
                .description("Arrays in native memory, and lists of them, that the model holds; they don't grow")
                .register(registry);
    }

    @Bean
    BodyFilter bodyFilter(
            ServiceSettings settings, @Qualifier("handlerExceptionResolver") HandlerExceptionResolver errors) {
        return new BodyFilter(settings.maxRequestSize().toBytes(), errors);
    }

    /** Observations give their meters a name, but nothing that says what they mean. */
    @Bean
    static MeterFilter descriptionOfCalls() {
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                return id.getName().startsWith("gen_ai.client.operation.duration")
                        ? new Meter.Id(
                                id.getName(),
                                Tags.of(id.getTagsAsIterable()),
                                id.getBaseUnit(),
                                "Calls of other servers that generate text",
                                id.getType())
                        : id;
            }
        };
    }

    /** Spring's own would look for relative paths inside the web application. */
    @Bean
    @ConfigurationPropertiesBinding
    static Converter<String, Path> paths() {
        return new Converter<>() {
            @Override
            public Path convert(String path) {
                return Path.of(path);
            }
        };
    }

    /** A number is a number and a string is a string; each key counts once. */
    @Bean
    JsonMapperBuilderCustomizer strictJson() {
        return builder -> {
            builder.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .withCoercionConfigDefaults(
                            config -> config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
                    .withCoercionConfig(
                            LogicalType.Integer,
                            config -> config.setCoercion(CoercionInputShape.Float, CoercionAction.Fail))
                    .withCoercionConfig(
                            LogicalType.Textual,
                            config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                    .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail));
        };
    }

    @Bean
    MemoryHealth memoryHealthIndicator() {
        return new MemoryHealth();
    }

    @Bean
    ShutdownGrace shutdownGrace(LifecycleProperties lifecycle) {
        return new ShutdownGrace(lifecycle.getTimeoutPerShutdownPhase());
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> clientConnections() {
        return factory -> {
            factory.addEngineValves(new UnsentResponses(), new ClientConnection.Valve());
            // People may read many languages. Above a count Tomcat fails; the size of headers is a limit as well.
            factory.addConnectorCustomizers(connector -> connector.setMaxLocaleCount(-1));
        };
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> jsonErrorReports() {
        return factory -> factory.addContextCustomizers(context -> {
            if (context.getParent() instanceof org.apache.catalina.core.StandardHost host) {
                host.setErrorReportValveClass(JsonErrorReportValve.class.getName());
            }
        });
    }
}
