package io.gkt.student;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.common.circuitbreaker.configuration.CircuitBreakerConfigCustomizer;
import io.github.resilience4j.retry.RetryRegistry;
import io.gkt.service.MemoryHealth;
import io.gkt.service.ShutdownGrace;
import io.gkt.service.start.ServiceStart;
import io.gkt.service.upstream.ServerConnection;
import io.gkt.student.generation.Admission;
import io.gkt.student.generation.Question.GuidanceWish;
import io.gkt.student.generation.Student;
import io.gkt.student.generation.StudentBackend;
import io.gkt.student.guidance.Teacher;
import io.gkt.student.guidance.TeacherReplica;
import io.gkt.student.openai.CompletionController;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import tools.jackson.databind.json.JsonMapper;

/** Wires the edge and starts it. */
@SpringBootApplication(proxyBeanMethods = false)
@EnableConfigurationProperties(StudentSettings.class)
public class EdgeStudentApplication {

    private static final String TEACHER = "teacher";

    /**
     * Starts the edge.
     *
     * @param arguments settings as {@code --name=value}, or {@code --help}
     */
    public static void main(String[] arguments) {
        ServiceStart.run(EdgeStudentApplication.class, StudentSettings.class, StudentSettings::checkModel, arguments);
    }

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
}
