package io.gkt.teacher.guidance;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.RemoteModel;
import io.gkt.protocol.ModelList;
import io.gkt.service.MemoryHealth;
import io.gkt.service.upstream.Upstream;
import io.gkt.service.upstream.UpstreamHealth;
import io.gkt.teacher.TeacherSettings;
import io.gkt.teacher.batching.BatchMetrics;
import io.gkt.teacher.batching.BatchPolicy;
import io.gkt.teacher.batching.MicroBatcher;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.net.InetAddress;
import java.time.Instant;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/** Wires what writes guidance. */
final class BackendConfiguration {

    private static final String BACKEND = "gkt.teacher.backend";

    private BackendConfiguration() {}

    /** The model in this process. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = BACKEND, havingValue = "engine", matchIfMissing = true)
    static class Engine {

        @Bean
        LanguageModel model(TeacherSettings settings, ServerProperties server) {
            // Who can only be reached from here serves an edge that is here.
            InetAddress address = server.getAddress();
            return settings.loadModel(address != null && address.isLoopbackAddress());
        }

        @Bean
        ModelList.Model listed(LanguageModel model) {
            return ModelList.Model.of(
                    model.name(), Instant.now(), model.decoder().parameterCount());
        }

        @Bean
        MicroBatcher microBatcher(
                TeacherSettings settings, LanguageModel model, MemoryHealth memory, MeterRegistry registry) {
            BatchPolicy policy = new BatchPolicy(
                    settings.batching(), settings.maxBatchDelay(), settings.maxStepTokens(), settings.queueCapacity());
            return new MicroBatcher(model, policy, new BatchMetrics(registry, model.name()), memory);
        }

        @Bean
        GuidanceBackend backend(LanguageModel model, MicroBatcher batcher) {
            return new EngineBackend(model, batcher);
        }
    }

    /** Another server. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = BACKEND, havingValue = "openai")
    static class OpenAi {

        @Bean
        Upstream server(TeacherSettings settings, SslBundles sslBundles, ObservationRegistry observations) {
            return new Upstream(settings.openai(), TeacherSettings.PREFIX, sslBundles, observations);
        }

        @Bean
        UpstreamHealth upstream(Upstream server) {
            return new UpstreamHealth(server);
        }

        @Bean
        ModelList.Model listed(Upstream server) {
            return ModelList.Model.of(server.model(), Instant.now(), null);
        }

        @Bean
        @Conditional(Renders.class)
        RemoteModel model(TeacherSettings settings) {
            return settings.remoteModel();
        }

        @Bean
        GuidanceBackend backend(
                TeacherSettings settings, Upstream server, ObjectProvider<RemoteModel> model, MeterRegistry registry) {
            return new UpstreamBackend(
                    server,
                    settings.openai().promptAs(),
                    model.getIfAvailable(),
                    settings.maxBatchSize() + settings.queueCapacity(),
                    new BatchMetrics(registry, server.model()));
        }
    }

    /** Unless the server has the chat template, prompts are rendered here. */
    static class Renders extends NoneNestedConditions {

        Renders() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnProperty(name = "gkt.teacher.openai.prompt-as", havingValue = "messages")
        static class AsMessages {}
    }
}
