package io.gkt.reliability;

import static io.gkt.endtoend.Api.CHAT;
import static io.gkt.endtoend.Api.GUIDANCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.benchmark.fault.FaultyNetwork;
import io.gkt.endtoend.Api;
import io.gkt.endtoend.Problems;
import io.gkt.endtoend.ServiceProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What users and teachers say is in no log, nor are keys, whatever goes well or wrong; and nobody writes lines there. */
@Timeout(240)
class LogPrivacyIT {

    /** In everything that a client, or somebody in the teacher's place, says. */
    private static final String MARKER = "Xylophone-4711";

    private static final String CLIENT_KEY = "sk-client-" + MARKER;
    private static final String EDGE_KEY = "sk-edge-" + MARKER;
    private static final String BODIES = "--logging.level.org.springframework.web.servlet.mvc.method.annotation=trace";

    @TempDir
    private static Path secrets;

    private static ServiceProcess teacher;
    private static FaultyNetwork network;
    private static ServiceProcess edge;

    @BeforeAll
    static void start() throws Exception {
        Path clientKey = Files.writeString(secrets.resolve("client"), CLIENT_KEY);
        Path edgeKey = Files.writeString(secrets.resolve("edge"), EDGE_KEY);
        teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT, "--gkt.access.keys.edge.file=" + edgeKey);
        network = new FaultyNetwork(teacher.url());
        edge = ServiceProcess.edge(
                network.url(),
                "--gkt.access.keys.client.file=" + clientKey,
                "--gkt.student.teacher.api-key=" + EDGE_KEY,
                // Each fault is met.
                "--resilience4j.circuitbreaker.instances.teacher.minimum-number-of-calls=1000",
                "--resilience4j.circuitbreaker.instances.teacher.sliding-window-size=1000");
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable each : new AutoCloseable[] {edge, network, teacher}) {
            if (each != null) {
                each.close();
            }
        }
    }

    private static HttpResponse<String> post(ServiceProcess service, String key, String path, String body)
            throws Exception {
        return service.api()
                .send(HttpRequest.newBuilder(URI.create(service.url() + path))
                        .header("Content-Type", "application/json")
                        .header("Authorization", "Bearer " + key)
                        .header("X-Request-Id", MARKER)
                        .timeout(Duration.ofSeconds(60))
                        .POST(BodyPublishers.ofString(body))
                        .build());
    }

    private static HttpResponse<String> chat(String... fields) throws Exception {
        return post(edge, CLIENT_KEY, CHAT, question(fields));
    }

    private static String question(String... fields) {
        List<String> all = new ArrayList<>(List.of(fields));
        all.add("\"messages\": [{\"role\": \"user\", \"content\": \"What costs a " + MARKER + "?\"}]");
        return "{" + String.join(", ", all) + "}";
    }

    private static void assertSilent(String... more) throws IOException {
        List<String> words = new ArrayList<>(List.of(more));
        words.add(MARKER);
        for (ServiceProcess service : List.of(edge, teacher)) {
            String log = service.log();
            assertThat(log).doesNotContainIgnoringCase(words.toArray(String[]::new));
            assertThat(log.lines())
                    .as("lines that the service wrote")
                    .allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\S+ +(INFO|WARN|ERROR) .*")
                            && line.chars().noneMatch(Character::isISOControl));
        }
    }

    @Test
    void ofWhatWorksNothingIsLogged() throws Exception {
        network.now(FaultyNetwork.passing());
        String answer = Api.text(Api.success(chat("\"temperature\": 0")));
        String guidance = Api.guidance(Api.success(post(edge, CLIENT_KEY, CHAT, Problems.chat(1))))
                .path("text")
                .asString();
        assertThat(answer.length()).isGreaterThan(10);
        assertThat(guidance.length()).isGreaterThan(10);
        Api.events(chat("\"stream\": true"));
        Api.success(chat("\"guidance\": {\"mode\": \"only\"}"));
        Api.events(chat("\"guidance\": {\"mode\": \"only\"}", "\"stream\": true"));
        Api.success(chat("\"guidance\": {\"text\": \"A " + MARKER + " costs\"}"));
        Api.success(post(edge, CLIENT_KEY, "/v1/completions", "{\"prompt\": \"" + MARKER + "\", \"max_tokens\": 5}"));
        for (ServiceProcess service : List.of(edge, teacher)) {
            String key = service == edge ? CLIENT_KEY : EDGE_KEY;
            Api.success(post(service, key, "/tokenize", "{\"content\": \"" + MARKER + "\"}"));
            Api.success(post(service, key, "/tokenize", "{\"prompt\": \"" + MARKER + "\"}"));
        }
        assertSilent(answer, guidance);
    }

    @Test
    void ofWhatIsRefusedNothingIsLogged() throws Exception {
        List<String> bodies = List.of(
                question("\"model\": \"" + MARKER + "\""),
                question("\"stop\": [\"" + MARKER + "\", \"\"]"),
                question("\"tools\": [{\"" + MARKER + "\": 1}], \"tool_choice\": \"required\""),
                question("\"logit_bias\": {\"" + MARKER + "\": 1}"),
                question("\"temperature\": \"" + MARKER + "\""),
                question("\"" + MARKER + "\\r\\n2026-01-01T00:00:00Z INFO  Forged: \\u001b[2J\": 1", "\"n\": -1"),
                question("\"max_tokens\": 0"),
                "{\"messages\": [{\"role\": \"" + MARKER + "\", \"content\": 5}]}",
                "{\"messages\": " + MARKER,
                MARKER,
                "{\"id\": \"" + MARKER + "\\r\\nForged\", \"prompt\": \"" + MARKER + "\"}",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"" + (MARKER + " ").repeat(2_000) + "\"}]}",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"" + MARKER.repeat(300_000) + "\"}]}");
        for (String body : bodies) {
            assertThat(post(edge, CLIENT_KEY, CHAT, body).statusCode()).as(body).isBetween(400, 499);
            assertThat(post(edge, CLIENT_KEY, "/tokenize", body).statusCode()).isBetween(200, 499);
            assertThat(post(teacher, EDGE_KEY, GUIDANCE, body).statusCode())
                    .as(body)
                    .isBetween(400, 499);
        }
        for (ServiceProcess service : List.of(edge, teacher)) {
            assertThat(post(service, "wrong-" + MARKER, "/tokenize", question()).statusCode())
                    .isEqualTo(401);
            for (String path : List.of("/" + MARKER, "/v1/" + MARKER + "%0d%0aForged%1b%5b2J?q=" + MARKER)) {
                assertThat(post(service, CLIENT_KEY, path, question()).statusCode())
                        .isBetween(400, 499);
            }
        }
        assertSilent();
    }

    @Test
    void ofRequestsThatAreNoHttpNothingIsLogged() throws Exception {
        for (ServiceProcess service : List.of(edge, teacher)) {
            for (String request : List.of(
                    "GET /a|" + MARKER + " HTTP/1.1\r\nHost: a\r\n\r\n",
                    MARKER + "\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\n" + MARKER + "\u001b[2J: a\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: " + MARKER + "_\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\nCookie: " + MARKER + "=\"\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\ntraceparent: 00-" + MARKER + "\r\nbaggage: a=" + MARKER + "\r\n\r\n",
                    "GET /?" + MARKER + "=%zz&%zz=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
                    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                    socket.shutdownOutput();
                    assertThat(socket.getInputStream().readAllBytes()).isNotEmpty();
                }
            }
        }
        assertSilent();
    }

    @Test
    void ofATeacherThatFailsOrLiesNothingOfWhatItSaysIsLogged() throws Exception {
        String json = "Content-Type: application/json\r\n";
        String marked = "\"" + MARKER + "\\r\\nForged\"";
        for (FaultyNetwork.Fault fault : List.of(
                FaultyNetwork.reply("500 " + MARKER, json, MARKER),
                FaultyNetwork.reply("200 OK", "Content-Type: text/html\r\n", "<html>" + MARKER),
                FaultyNetwork.reply("200 OK", json, "{\"id\": " + marked + ", \"text\": " + marked + "}"),
                FaultyNetwork.reply("200 OK", json, "{\"id\": [" + marked + "]}"),
                FaultyNetwork.reply("200 OK", json, MARKER),
                FaultyNetwork.reply("401 No", json, "{\"error\": {\"message\": " + marked + "}}"),
                FaultyNetwork.reply("503 No", "Retry-After: " + MARKER + "\r\n", MARKER),
                FaultyNetwork.reply("307 Go", "Location: http://127.0.0.1/" + MARKER + "\r\n", MARKER),
                FaultyNetwork.forged("\"finish_reason\":\"[a-z]+\"", "\"finish_reason\":" + marked),
                exchange -> exchange.say(MARKER + "\r\n\r\n"),
                exchange -> exchange.say("HTTP/1.1 200 OK\r\nContent-Length: " + MARKER + "\r\n\r\n"),
                exchange -> exchange.say("HTTP/1.1 " + MARKER + "\r\n\r\n"),
                exchange -> exchange.say("HTTP/1.1 200 OK\r\n" + MARKER + " \u001b[2J\r\n\r\n"),
                FaultyNetwork.brokenAfter(200))) {
            network.now(fault);
            Api.success(chat());
            chat("\"guidance\": {\"mode\": \"only\"}");
            chat("\"guidance\": {\"mode\": \"only\"}", "\"stream\": true");
        }
        assertThat(edge.log()).contains("No guidance from the teacher at " + network.url());
        assertSilent();
    }

    /** The only way to see them; and so that the other tests could fail. */
    @Test
    void aSpringLoggerAtTraceShowsBodies() throws Exception {
        try (ServiceProcess open = ServiceProcess.start("edge-student", ServiceProcess.ANY_PORT, BODIES)) {
            Api.success(open.api().send(open.api().post(CHAT, question())));
            assertThat(open.log()).contains(MARKER);
        }
    }
}
