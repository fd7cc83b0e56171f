package io.gkt.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gkt.protocol.GuidanceApi;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

@Timeout(60)
class ShutdownTest {

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void acceptedRequestsAreFinishedOrToldToGoElsewhere() {
        ConfigurableApplicationContext application = SpringApplication.run(
                CloudTeacherApplication.class,
                "--server.port=0",
                "--gkt.teacher.max-batch-size=2",
                "--gkt.teacher.default-deadline=1h",
                "--gkt.teacher.model=" + TestModel.DIRECTORY);
        String port = application.getEnvironment().getProperty("local.server.port");
        List<CompletableFuture<HttpResponse<String>>> requests = IntStream.range(0, 20)
                .mapToObj(i -> http.sendAsync(request(port, i), BodyHandlers.ofString()))
                .toList();
        MeterRegistry registry = application.getBean(MeterRegistry.class);
        await().until(() -> {
            long answered = requests.stream().filter(CompletableFuture::isDone).count();
            double running =
                    registry.get("gkt.teacher.requests.running").gauge().value();
            double waiting =
                    registry.get("gkt.teacher.requests.waiting").gauge().value();
            return running > 0 && waiting > 0 && answered + running + waiting == requests.size();
        });

        application.close();

        List<HttpResponse<String>> responses =
                requests.stream().map(CompletableFuture::join).toList();
        assertThat(responses)
                .extracting(HttpResponse::statusCode)
                .contains(200, 503)
                .containsOnly(200, 503);
        assertThat(responses)
                .filteredOn(response -> response.statusCode() == 503)
                .allSatisfy(response ->
                        assertThat(response.headers().firstValue("Retry-After")).isPresent());
        assertThat(responses)
                .filteredOn(response -> response.statusCode() == 200)
                .allSatisfy(response -> assertThat(response.body()).contains("\"completion_tokens\":200"));
    }

    private static HttpRequest request(String port, int i) {
        String body = "{\"id\": \"r%d\", \"prompt\": \"a\", \"max_tokens\": 200, \"min_tokens\": 200}".formatted(i);
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + GuidanceApi.PATH))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
    }
}
