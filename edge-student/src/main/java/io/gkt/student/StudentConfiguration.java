package io.gkt.student;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.common.circuitbreaker.configuration.CircuitBreakerConfigCustomizer;
import io.github.resilience4j.retry.RetryRegistry;
import io.gkt.inference.LanguageModel;
import io.gkt.inference.RemoteModel;
import io.gkt.protocol.ModelList;
import io.gkt.service.MemoryHealth;
import io.gkt.service.ShutdownGrace;
import io.gkt.service.upstream.ServerConnection;
import io.gkt.service.upstream.Upstream;
import io.gkt.service.upstream.UpstreamHealth;
import io.gkt.student.generation.Admission;
import io.gkt.student.generation.EngineBackend;
import io.gkt.student.generation.Question.GuidanceWish;
import io.gkt.student.generation.Student;
import io.gkt.student.generation.StudentBackend;
import io.gkt.student.generation.UpstreamBackend;
import io.gkt.student.guidance.Teacher;
import io.gkt.student.guidance.TeacherReplica;
import io.gkt.student.openai.CompletionController;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** Wires the edge. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(StudentSettings.class)
class StudentConfiguration {

    private static final String BACKEND = "gkt.student.backend";
    private static final String TEACHER = "teacher";

    @Bean
    CircuitBreakerConfigCustomizer teacherCircuitBreaker() {
        return CircuitBreakerConfigCustomizer.of(TEACHER, Teacher::judgeHealth);
    }

    @Bean(destroyMethod = "close")
    Teacher teacher(
            StudentSettings settings,
            JsonMapper json,
            CircuitBreakerRegistry circuitBreakers,
            RetryRegistry retries,
            BulkheadRegistry bulkheads,
            SslBundles sslBundles,
            ObservationRegistry observations) {
        Supplier<HttpClient> client = ServerConnection.client(
                settings.teacher().connectTimeout(), settings.teacher().sslBundle(), sslBundles);
        CircuitBreakerConfig healthy = circuitBreakers.circuitBreaker(TEACHER).getCircuitBreakerConfig();
        List<TeacherReplica> replicas = new ArrayList<>();
        for (URI url : settings.teacher().url()) {
            // The first has the name that the others' settings are taken from.
            String name = replicas.isEmpty() ? TEACHER : TEACHER + "-" + (replicas.size() + 1);
            replicas.add(new TeacherReplica(
                    new ServerConnection(TEACHER, url, settings.teacher().apiKey(), client, observations),
                    circuitBreakers.circuitBreaker(name, healthy)));
        }
        return new Teacher(replicas, json, retries.retry(TEACHER, Teacher.oneRetry()), bulkheads.bulkhead(TEACHER));
    }

    @Bean
    Student student(
            StudentSettings settings,
            StudentBackend backend,
            Teacher teacher,
            MemoryHealth memory,
            ShutdownGrace grace,
            MeterRegistry registry) {
        return new Student(
                backend,
                teacher,
                new Admission(settings.maxConcurrentGenerations(), settings.queueCapacity()),
                settings.guidance().boundary(),
                memory,
                grace,
                registry);
    }

    /** What holds where requests say nothing of guidance. */
    @Bean
    GuidanceWish guidanceDefaults(StudentSettings settings) {
        return new GuidanceWish(
                settings.guidance().mode(),
                settings.guidance().maxTokens(),
                settings.guidance().timeout());
    }

    @Bean
    CompletionController completionController(
            StudentSettings settings, Student student, GuidanceWish guidanceDefaults, JsonMapper json) {
        return new CompletionController(
                student, json, guidanceDefaults, settings.requestTimeout(), SystemFingerprint.of(student.backend()));
    }

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
