package io.gkt.student;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.RemoteModel;
import io.gkt.protocol.ModelList;
import io.gkt.service.upstream.Upstream;
import io.gkt.service.upstream.UpstreamHealth;
import io.gkt.student.generation.EngineBackend;
import io.gkt.student.generation.StudentBackend;
import io.gkt.student.generation.UpstreamBackend;
import io.micrometer.observation.ObservationRegistry;
import java.time.Instant;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires what generates the student's tokens. */
final class StudentConfiguration {

    private static final String BACKEND = "gkt.student.backend";

    private StudentConfiguration() {}

    /** The model in this process. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = BACKEND, havingValue = "engine", matchIfMissing = true)
    static class Engine {

        @Bean(destroyMethod = "close")
        LanguageModel model(StudentSettings settings) {
            return settings.loadModel();
        }

        @Bean
        ModelList.Model listed(LanguageModel model) {
            return ModelList.Model.of(
                    model.name(), Instant.now(), model.decoder().parameterCount());
        }

        @Bean
        StudentBackend backend(StudentSettings settings, LanguageModel model) {
            return new EngineBackend(model, settings.maxStepTokens());
        }
    }

    /** Another server. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = BACKEND, havingValue = "openai")
    static class OpenAi {

        @Bean
        Upstream server(StudentSettings settings, SslBundles sslBundles, ObservationRegistry observations) {
            return new Upstream(settings.openai(), StudentSettings.PREFIX, sslBundles, observations);
        }

        @Bean
        UpstreamHealth upstream(Upstream server) {
            return new UpstreamHealth(server);
        }

        @Bean(destroyMethod = "close")
        RemoteModel model(StudentSettings settings) {
            return settings.remoteModel();
        }

        @Bean
        ModelList.Model listed(Upstream server) {
            return ModelList.Model.of(server.model(), Instant.now(), null);
        }

        @Bean
        StudentBackend backend(StudentSettings settings, Upstream server, RemoteModel model) {
            return new UpstreamBackend(server, settings.openai().promptAs(), model, settings.upstreamContextLength());
        }
    }
}
