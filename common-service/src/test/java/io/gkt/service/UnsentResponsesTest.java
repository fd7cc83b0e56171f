package io.gkt.service;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@Timeout(60)
class UnsentResponsesTest {

    private static final Semaphore MADE = new Semaphore(0);

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @RestController
    static class Application {

        @PostMapping("/now")
        Map<String, String> now() {
            return Map.of("text", "answer");
        }

        @PostMapping("/later")
        CompletableFuture<Map<String, String>> later() {
            return CompletableFuture.supplyAsync(
                    this::now, CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS));
        }

        @Bean
        WebServerFactoryCustomizer<TomcatServletWebServerFactory> slowToSend() {
            return factory -> factory.addContextValves(new SlowToSend());
        }
    }

    /** A thread that gets no processor when its servlet is done. */
    private static final class SlowToSend extends ValveBase {

        SlowToSend() {
            super(true);
        }

        @Override
        public void invoke(Request request, Response response) throws IOException, ServletException {
            getNext().invoke(request, response);
            if (!request.isAsync()) {
                MADE.release();
                long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/now", "/later"})
    void aServerThatStopsSendsWhatItHasMade(String path) throws Exception {
        ConfigurableApplicationContext application = SpringApplication.run(
                Application.class, "--server.port=0", "--spring.config.import=classpath:common-service.properties");
        String port = application.getEnvironment().getProperty("local.server.port");
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .POST(BodyPublishers.noBody())
                .build();
        CompletableFuture<HttpResponse<String>> response = http.sendAsync(request, BodyHandlers.ofString());
        MADE.acquire();

        application.close();

        assertThat(response.get(5, TimeUnit.SECONDS).body()).isEqualTo("{\"text\":\"answer\"}");
    }
}
