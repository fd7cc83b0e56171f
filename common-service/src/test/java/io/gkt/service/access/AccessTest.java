package io.gkt.service.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.http.HttpServletRequest;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.config.import=classpath:common-service.properties",
            "gkt.access.keys.two-at-once.max-concurrent=2",
            "gkt.access.keys.three-a-minute.requests-per-minute=3",
        })
class AccessTest {

    private static final String PLAIN = "a key that is long enough";
    private static final String TWO_AT_ONCE = "sk-two-at-once-0123456789";
    private static final String THREE_A_MINUTE = "sk-three-a-minute-0123456";

    @TempDir
    static Path secrets;

    @DynamicPropertySource
    static void keys(DynamicPropertyRegistry registry) throws Exception {
        Path secret = Files.writeString(secrets.resolve("shop"), PLAIN + "\n");
        registry.add("gkt.access.keys.shop.file", secret::toString);
        registry.add("gkt.access.keys.two-at-once.sha256", () -> hash(TWO_AT_ONCE));
        registry.add("gkt.access.keys.three-a-minute.sha256", () -> hash(THREE_A_MINUTE));
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @RestController
    static class Application {

        private final AtomicInteger inside = new AtomicInteger();
        private volatile CountDownLatch held = new CountDownLatch(0);

        @GetMapping("/whoami")
        String whoami(HttpServletRequest request) {
            return Caller.of(request).name();
        }

        @GetMapping("/held")
        CompletableFuture<String> held() {
            inside.incrementAndGet();
            return CompletableFuture.supplyAsync(() -> {
                try {
                    return held.await(30, TimeUnit.SECONDS) ? "done" : "late";
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    }

    @LocalServerPort
    private int port;

    @org.springframework.beans.factory.annotation.Autowired
    private Application application;

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void holdNothing() {
        application.held = new CountDownLatch(0);
        application.inside.set(0);
    }

    @Test
    void aKeyOfAFileOrOfAHashLetsIn() throws Exception {
        assertThat(get("/whoami", "Bearer " + PLAIN).body()).isEqualTo("shop");
        assertThat(get("/whoami", "bearer  " + TWO_AT_ONCE).body()).isEqualTo("two-at-once");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Bearer wrong", "Bearer ", "Bearer", "Basic YTpi", "a key that is long enough", "Bearer \u00e9"})
    void anythingElseIsRefused(String authorization) throws Exception {
        HttpResponse<String> response = get("/whoami", authorization);
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.headers().firstValue("WWW-Authenticate")).isPresent();
        assertThat(response.body())
                .contains("\"type\":\"authentication_error\"", "\"code\":\"invalid_api_key\"")
                .doesNotContain(PLAIN);
    }

    @Test
    void noKeyIsRefused() throws Exception {
        HttpResponse<String> response = get("/whoami", null);
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.body()).contains("Authorization: Bearer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/livez", "/readyz"})
    void probesNeedNone(String path) throws Exception {
        assertThat(get(path, null).statusCode()).isEqualTo(200);
    }

    @Test
    void whatDoesNotExistTellsNothing() throws Exception {
        assertThat(get("/nothing", null).statusCode()).isEqualTo(404);
    }

    @Test
    void aKeyHasItsShareOfAMinute() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(get("/whoami", "Bearer " + THREE_A_MINUTE).statusCode()).isEqualTo(200);
        }
        HttpResponse<String> refused = get("/whoami", "Bearer " + THREE_A_MINUTE);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("60");
        assertThat(refused.body()).contains("rate_limit_exceeded");
        assertThat(get("/whoami", "Bearer " + PLAIN).statusCode()).isEqualTo(200);
    }

    @Test
    void aKeyHasItsShareOfWhatRuns() throws Exception {
        application.held = new CountDownLatch(1);
        CompletableFuture<HttpResponse<String>> first = http.sendAsync(held(), BodyHandlers.ofString());
        CompletableFuture<HttpResponse<String>> second = http.sendAsync(held(), BodyHandlers.ofString());
        await(() -> application.inside.get() == 2);
        assertThat(get("/whoami", "Bearer " + TWO_AT_ONCE).statusCode()).isEqualTo(429);
        assertThat(get("/whoami", "Bearer " + PLAIN).statusCode()).isEqualTo(200);

        application.held.countDown();
        assertThat(first.get().statusCode()).isEqualTo(200);
        assertThat(second.get().statusCode()).isEqualTo(200);
        await(() -> get("/whoami", "Bearer " + TWO_AT_ONCE).statusCode() == 200);
    }

    @Test
    void whoLeavesGivesTheShareBack() throws Exception {
        application.held = new CountDownLatch(1);
        for (int i = 0; i < 2; i++) {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                socket.getOutputStream()
                        .write(("GET /held HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + TWO_AT_ONCE + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
            }
        }
        application.held.countDown();
        await(() -> get("/whoami", "Bearer " + TWO_AT_ONCE).statusCode() == 200);
    }

    @Test
    void withoutKeysOnlyThisMachineMayCall() {
        assertThatThrownBy(() -> start("--server.address=0.0.0.0"))
                .hasRootCauseMessage(
                        "Property server.address with value '0.0.0.0' is invalid: Other machines could call without a key. Set"
                                + " gkt.access.keys.NAME.file or .sha256, or gkt.access.open=true if that is meant.");
        start("--server.address=0.0.0.0", "--gkt.access.open=true");
        start("--server.address=0.0.0.0", "--gkt.access.keys.a.sha256=" + hash(PLAIN));
    }

    @Test
    void keysThatProtectNothingStopTheStart() throws Exception {
        Path weak = Files.writeString(secrets.resolve("weak"), "12345");
        assertThatThrownBy(() -> start("--gkt.access.keys.a.file=" + weak)).hasStackTraceContaining("16 at least");
        assertThatThrownBy(() -> start("--gkt.access.keys.a.file=/nowhere")).hasStackTraceContaining("can't be read");
        assertThatThrownBy(() -> start("--gkt.access.keys.a.sha256=123")).hasStackTraceContaining("64 hexadecimal");
        assertThatThrownBy(() -> start("--gkt.access.keys.a.max-concurrent=3")).hasStackTraceContaining("Set one of");
    }

    private static void start(String... settings) {
        String[] all = java.util.Arrays.copyOf(settings, settings.length + 2);
        all[settings.length] = "--server.port=0";
        all[settings.length + 1] = "--spring.config.import=classpath:common-service.properties";
        SpringApplication.run(Application.class, all).close();
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("still not so after 20 s").isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    private HttpRequest held() {
        return request("/held").header("Authorization", "Bearer " + TWO_AT_ONCE).build();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private HttpResponse<String> get(String path, String authorization) throws Exception {
        HttpRequest.Builder request = request(path);
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static String hash(String key) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
