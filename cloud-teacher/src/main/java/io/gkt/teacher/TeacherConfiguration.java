package io.gkt.teacher;

import io.gkt.inference.LanguageModel;
import io.gkt.service.MemoryHealth;
import io.gkt.teacher.batching.BatchMetrics;
import io.gkt.teacher.batching.BatchPolicy;
import io.gkt.teacher.batching.MicroBatcher;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class TeacherConfiguration {

    @Bean
    LanguageModel model(TeacherSettings settings, ServerProperties server) {
        // Who can only be reached from here serves an edge that is here.
        InetAddress address = server.getAddress();
        return settings.loadModel(address != null && address.isLoopbackAddress());
    }

    @Bean
    MicroBatcher microBatcher(
            TeacherSettings settings, LanguageModel model, MemoryHealth memory, MeterRegistry registry) {
        BatchPolicy policy = new BatchPolicy(
                settings.batching(), settings.maxBatchDelay(), settings.maxStepTokens(), settings.queueCapacity());
        return new MicroBatcher(model, policy, new BatchMetrics(registry, model.name()), memory);
    }
}
