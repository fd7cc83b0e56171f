package io.gkt.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Requests that break HTTP, or stretch it. Every one is a whole connection's. */
final class HostileHttp {

    private static final List<String> HEADERS = List.of(
            "X-Request-Id: " + "x".repeat(6000),
            "X-Request-Id: " + "x".repeat(100_000),
            "X-Request-Id: a\r\nX-Injected: 1",
            "X-Request-Id: a\rX-Injected: 1",
            "X-Request-Id: a\nX-Injected: 1",
            "X-Request-Id: a\r\n folded",
            "X-Request-Id: a\u0000b",
            "X-Request-Id: \u00e4\u00ff",
            "X-Request-Id:",
            "Idempotency-Key: a\r\nIdempotency-Key: b",
            "no colon",
            ": no name",
            "space before : colon",
            "H\u00e9ader: x",
            "X-GKT-Deadline-Ms: -1",
            "X-GKT-Deadline-Ms: 1e3",
            "X-GKT-Deadline-Ms: 0x10",
            "X-GKT-Deadline-Ms: \u0661",
            "X-GKT-Deadline-Ms: 5000\r\nX-GKT-Deadline-Ms: 1",
            "X-GKT-Deadline-Ms: 99999999999999999999",
            "Content-Length: 5",
            "Content-Length: -1",
            "Content-Length: 1, 2",
            "Content-Length: 0x10",
            "Content-Length: 99999999999999999999",
            "Content-Encoding: gzip",
            "Content-Encoding: br, gzip, identity",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: x",
            "Transfer-Encoding: chunked, chunked",
            "Expect: 100-continue",
            "Expect: the-unexpected",
            "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
            "Upgrade: websocket\r\nConnection: Upgrade",
            "Range: bytes=0-1",
            "If-Match: *",
            "Accept: ;;;",
            "Accept: text/event-stream",
            "Accept: application/xml",
            "Accept-Language: " + "x,".repeat(3000),
            "Accept-Encoding: gzip;q=-1",
            "Cookie: " + "a=b; ".repeat(1000),
            "Origin: null",
            "Host: a\r\nHost: b",
            "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: gopher\r\nForwarded: for=\"_x\"",
            "X-HTTP-Method-Override: DELETE",
            "traceparent: 00-00000000000000000000000000000000-0000000000000000-00",
            "traceparent: " + "f".repeat(3000),
            "baggage: " + "a=b,".repeat(2000));

    private static final List<String> METHODS = List.of(
            "GET",
            "HEAD",
            "PUT",
            "PATCH",
            "DELETE",
            "OPTIONS",
            "TRACE",
            "CONNECT",
            "PROPFIND",
            "post",
            "P\u00d6ST",
            "",
            "X".repeat(9000));

    private static final List<String> VERSIONS = List.of(
            "HTTP/1.0",
            "HTTP/0.9",
            "HTTP/2.0",
            "HTTP/9.9",
            "HTTP/1.1 extra",
            "http/1.1",
            "",
            "HTTP/" + "1".repeat(500));

    private static final List<String> TARGETS = List.of(
            "*",
            "",
            "/",
            "//",
            "/../../etc/passwd",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/..;/..;/actuator/env",
            "/actuator/env",
            "/actuator/heapdump",
            "/actuator/..;/v1/models",
            "/v1/models/..%2f..%2f..%2fetc%2fpasswd",
            "/v1/models/%00",
            "/v1/models/%0d%0aX-Injected:%201",
            "/v1/models/%",
            "/v1/models/%zz",
            "/v1/models/%c0%ae%c0%ae",
            "/v1/models/\u00e4",
            "/v1/models/a b",
            "/v1/models/;jsessionid=1",
            "/v1/models?" + "x=".repeat(3000),
            "/v1/models?a=%zz&b[]=1",
            "/v1/models#fragment",
            "/v1/models/" + "x".repeat(20_000),
            "/v1\\models",
            "/v1/./models",
            "/v1//models",
            "/V1/MODELS",
            "/v1/models/",
            "/v1/models.json",
            "/error",
            "/playground/../v1/models",
            "/WEB-INF/web.xml",
            "/META-INF/MANIFEST.MF",
            "/application.properties",
            "/static/..%252f..%252fapplication.properties",
            "/v3/api-docs.yaml",
            "/v3/api-docs/x",
            "http://other.example/v1/models",
            "http://[::1",
            "file:///etc/passwd");

    private static final List<String> BEGINNINGS = List.of(
            "\r\n\r\n\r\n",
            "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "\u0000\u0000\u0000\u0000",
            "GET",
            "GET /v1/models\r\n\r\n",
            "GET /v1/models HTTP/1.1\n\n",
            "PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n");

    private static final List<String> CHUNKS = List.of(
            "5\r\n{\"mes\r\n",
            "zz\r\n",
            "-5\r\n",
            "ffffffffffffffffffff\r\n",
            "7fffffff\r\n{}",
            "5;" + "x".repeat(9000) + "\r\n{\"mes\r\n0\r\n\r\n",
            "2\r\n{}\r\n0\r\nX-Injected: 1\r\n\r\n",
            "2\r\n{}0\r\n\r\n",
            "2\n{}\n0\n\n",
            "0\r\n\r\nGET /v1/models HTTP/1.1\r\nHost: smuggled\r\n\r\n");

    private final Random random;

    HostileHttp(Random random) {
        this.random = random;
    }

    private String one(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /**
     * @param path a POST goes to
     * @param key  API key
     * @param body that the path takes
     */
    byte[] request(String path, String key, byte[] body) {
        String method = "POST";
        String target = path;
        String version = "HTTP/1.1";
        String header = "X-Nothing: 1";
        String length = "Content-Length: " + body.length;
        byte[] sent = body;
        switch (random.nextInt(10)) {
            case 0 -> method = one(METHODS);
            case 1 -> version = one(VERSIONS);
            case 2, 3 -> {
                target = one(TARGETS);
                method = one(List.of("GET", "POST", "DELETE", "HEAD", "OPTIONS"));
            }
            case 4 -> {
                length = "Transfer-Encoding: chunked";
                sent = latin(one(CHUNKS));
            }
            case 5 -> {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                bytes.writeBytes(latin(one(BEGINNINGS)));
                bytes.writeBytes(head("GET", "/v1/models", "HTTP/1.1", key, header, "X-Nothing: 2"));
                return bytes.toByteArray();
            }
            case 6 -> {
                byte[] noise = new byte[1 + random.nextInt(2000)];
                random.nextBytes(noise);
                return noise;
            }
            default -> header = one(HEADERS);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head(method, target, version, key, header, length));
        bytes.writeBytes(sent);
        return bytes.toByteArray();
    }

    /** As HTTP wants it. */
    static byte[] proper(String path, String key, byte[] body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head("POST", path, "HTTP/1.1", key, "X-Nothing: 1", "Content-Length: " + body.length));
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }

    private static byte[] head(String method, String target, String version, String key, String header, String length) {
        return latin(method + " " + target + " " + version + "\r\nHost: fuzz\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nAuthorization: Bearer " + key + "\r\n" + header + "\r\n" + length
                + "\r\n\r\n");
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
