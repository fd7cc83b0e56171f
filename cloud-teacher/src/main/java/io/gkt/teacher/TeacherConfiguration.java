package io.gkt.teacher;

import io.gkt.inference.LanguageModel;
import io.gkt.teacher.batching.BatchMetrics;
import io.gkt.teacher.batching.MicroBatcher;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class TeacherConfiguration {

    @Bean
    LanguageModel model(TeacherSettings settings) {
        return settings.model().load(settings.maxBatchSize(), TeacherConfiguration::demoModel);
    }

    private static Path demoModel() {
        throw new UnsupportedOperationException("the embedded demo model is not there yet");
    }

    @Bean
    MicroBatcher microBatcher(TeacherSettings settings, LanguageModel model, MeterRegistry registry) {
        return new MicroBatcher(
                model, settings.maxBatchDelay(), settings.queueCapacity(), new BatchMetrics(registry, model.name()));
    }
}
