package io.gkt.endtoend;

import static io.gkt.endtoend.Api.CHAT;
import static io.gkt.endtoend.Api.GUIDANCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the services show to whom, beside their APIs: the teacher has a port for metrics, the edge has none. */
@Timeout(180)
class ExposureIT {

    private static final List<String> OTHER_ENDPOINTS = List.of(
            "auditevents",
            "beans",
            "caches",
            "circuitbreakers",
            "conditions",
            "configprops",
            "env",
            "heapdump",
            "httpexchanges",
            "info",
            "logfile",
            "loggers",
            "mappings",
            "metrics",
            "sbom",
            "scheduledtasks",
            "shutdown",
            "startup",
            "threaddump");

    private static ServiceProcess teacher;
    private static ServiceProcess edge;
    private static Api metricsOfTeacher;

    @BeforeAll
    static void start() throws Exception {
        int port = ServiceProcess.freePort();
        teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT, "--management.server.port=" + port);
        metricsOfTeacher = new Api(URI.create("http://127.0.0.1:" + port));
        edge = ServiceProcess.edge(teacher.url());
    }

    @AfterAll
    static void stop() throws Exception {
        for (ServiceProcess service : new ServiceProcess[] {edge, teacher}) {
            if (service != null) {
                service.close();
            }
        }
    }

    private static void assertHealthAndMetricsOnly(Api api) throws Exception {
        JsonNode links =
                JsonMapper.shared().readTree(api.get("/actuator").body()).path("_links");
        assertThat(links.propertyNames()).containsExactlyInAnyOrder("self", "health", "health-path", "prometheus");
        assertThat(JsonMapper.shared()
                        .readTree(api.get("/actuator/health").body())
                        .propertyNames())
                .as("no details")
                .containsExactlyInAnyOrder("groups", "status");
        for (String endpoint : OTHER_ENDPOINTS) {
            assertThat(api.get("/actuator/" + endpoint).statusCode())
                    .as(endpoint)
                    .isEqualTo(404);
        }
        assertThat(api.send(api.post("/actuator/shutdown", "{}")).statusCode()).isIn(404, 405);
    }

    @Test
    void ofTheActuatorHealthAndMetricsAreThere() throws Exception {
        assertHealthAndMetricsOnly(edge.api());
        assertHealthAndMetricsOnly(metricsOfTeacher);
    }

    @Test
    void aPortOfItsOwnTakesTheActuatorAway() throws Exception {
        for (String path : List.of("/actuator", "/actuator/health", "/actuator/prometheus")) {
            assertThat(teacher.api().get(path).statusCode()).as(path).isEqualTo(404);
        }
        assertThat(metricsOfTeacher.get("/v1/models").statusCode()).isEqualTo(404);
        for (String probe : List.of("/livez", "/readyz")) {
            assertThat(teacher.api().get(probe).statusCode()).as(probe).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/index.html", "/playground/main.js"})
    void thePageIsKeptToItself(String path) throws Exception {
        HttpResponse<String> page = edge.api().get(path);

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(page.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
    }

    private static Api api(String service) {
        return service.equals("edge") ? edge.api() : teacher.api();
    }

    private static String response(Api api, String head, String body) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), api.url().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write((head + "\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @CsvSource({"edge, " + CHAT, "edge, /", "edge, /v1/models", "teacher, " + GUIDANCE, "teacher, /v1/models"})
    void pagesOfOthersMayNotRead(String service, String path) throws Exception {
        String origin = "\r\nHost: localhost\r\nOrigin: https://evil.example";
        String preflight = response(
                api(service),
                "OPTIONS " + path + " HTTP/1.1" + origin
                        + "\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type",
                "");
        String simple = response(api(service), "GET " + path + " HTTP/1.1" + origin, "");

        for (String response : List.of(preflight, simple)) {
            assertThat(response).startsWith("HTTP/1.1 ").doesNotContainIgnoringCase("Access-Control-Allow");
        }
    }

    /** Browsers send these to anybody without asking first. */
    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"})
    void pagesOfOthersMayNotWrite(String type) throws Exception {
        byte[] body = Problems.chat(1).getBytes(StandardCharsets.UTF_8);
        for (Api api : List.of(edge.api(), teacher.api())) {
            HttpResponse<String> response =
                    api.send(api.post(api.equals(edge.api()) ? CHAT : GUIDANCE, body, "Content-Type", type));
            assertThat(response.statusCode()).isEqualTo(415);
            Api.error(response);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "evil.example, 403",
        "127.0.0.1.evil.example, 403",
        "abc.de:8080, 403",
        "localhost.evil.example, 403",
        "localhost, 200",
        "LOCALHOST:1234, 200",
        "127.0.0.1:8080, 200",
        "[::1]:8080, 200"
    })
    void onlyLocalNamesAreAnsweredWithoutKeys(String host, int status) throws Exception {
        for (Api api : List.of(edge.api(), teacher.api())) {
            String response = response(api, "GET /v1/models HTTP/1.1\r\nHost: " + host, "");
            assertThat(response).startsWith("HTTP/1.1 " + status);
            if (status == 403) {
                assertThat(response).contains("\"type\":", "gkt.access.open");
            }
        }
    }

    @Test
    void zippedBodiesAreNotUnpacked() throws Exception {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write(Problems.chat(1).getBytes(StandardCharsets.UTF_8));
        }
        HttpResponse<String> response =
                edge.api().send(edge.api().post(CHAT, zipped.toByteArray(), "Content-Encoding", "gzip"));

        assertThat(response.statusCode()).isIn(400, 415);
        Api.error(response);
    }
}
