package io.gkt.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.gkt.endtoend.Description;
import io.gkt.fuzz.Attempt.Expected;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The fuzz finds what servers do wrong, and makes the same requests again. */
class FuzzTest {

    private static final JsonNode DESCRIPTION = JsonMapper.shared().readTree("""
            {"paths": {"/echo": {"post": {
              "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Echo"}}}},
              "responses": {
                "200": {"content": {
                  "application/json": {"schema": {"$ref": "#/components/schemas/Echo"}},
                  "text/event-stream": {"schema": {"$ref": "#/components/schemas/Echo"}}}},
                "400": {"content": {"application/json": {"schema": {"type": "object"}}}},
                "503": {"content": {"application/json": {"schema": {"type": "object"}}}}}}}},
             "components": {"schemas": {"Echo": {
               "type": "object", "required": ["id", "n"],
               "properties": {
                 "id": {"type": "string", "pattern": "^[a-z]{1,8}$"},
                 "n": {"type": "integer", "minimum": 1, "maximum": 3},
                 "text": {"type": ["string", "null"], "maxLength": 5}}}}}}""");

    private static final String ERROR =
            "{\"error\": {\"message\": \"%s\", \"type\": \"t\", \"param\": null, \"code\": \"c\"}}";

    private static Service service(URI url) {
        return new Service("echo", url, "key", new Description(DESCRIPTION));
    }

    private static Attempt attempt(URI url, Expected expected) {
        return new Attempt(
                7,
                "valid",
                service(url),
                DESCRIPTION.at("/paths/~1echo/post"),
                "POST",
                "/echo",
                List.of(),
                "{}".getBytes(StandardCharsets.UTF_8),
                expected,
                -1,
                null);
    }

    private static List<String> faults(int status, String type, String body, Expected expected) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        try {
            URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
            Attempt attempt = attempt(url, expected);
            return Judge.faults(attempt, new Sender().send(attempt));
        } finally {
            server.stop(0);
        }
    }

    @Test
    void nothingIsWrongWithWhatIsDescribed() throws Exception {
        assertThat(faults(200, "application/json", "{\"id\": \"a\", \"n\": 1}", Expected.TAKEN))
                .isEmpty();
        assertThat(faults(400, "application/json", ERROR.formatted("no"), Expected.REFUSED))
                .isEmpty();
        assertThat(faults(
                        200,
                        "text/event-stream",
                        "data: {\"id\": \"a\", \"n\": 1}\n\ndata: [DONE]\n\n",
                        Expected.TAKEN))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "200 | application/json  | {\"id\": \"a\", \"n\": 4}                | TAKEN   | is not as described",
                "200 | application/json  | {\"id\": \"a\", \"n\": 1}                | REFUSED | is taken against the schema",
                "200 | text/html         | <p>                                      | TAKEN   | the content type text/html",
                "200 | text/event-stream | data: {\"id\": \"a\", \"n\": 1}        | TAKEN   | a stream has no end",
                "500 | application/json  | {\"error\": {}}                        | EITHER  | fails with 500",
                "503 | application/json  | {\"error\": {}}                        | EITHER  | fails with 503",
                "404 | application/json  | {\"error\": {}}                        | EITHER  | 404 is not in the description",
                "400 | text/html         | <h1>Bad</h1>                             | EITHER  | 400 is not in OpenAI's shape",
                "400 | application/json  | {\"error\": \"at a.b.C.d(C.java:7)\"} | EITHER  | tells of the inside",
                "400 | application/json  | {\"error\": {\"message\": \"no\"}}   | TAKEN   | is refused though"
            })
    void whatServersDoWrongIsFound(int status, String type, String body, Expected expected, String fault)
            throws Exception {
        assertThat(faults(status, type, body, expected)).anyMatch(found -> found.startsWith(fault));
    }

    @Test
    void aServerThatHangsUpIsFound() {
        Attempt attempt = attempt(URI.create("http://127.0.0.1:1"), Expected.TAKEN);

        assertThatThrownBy(() -> new Sender().send(attempt)).isInstanceOf(IOException.class);
        assertThat(Judge.faults(attempt, Reply.NONE)).containsExactly("no answer");
    }

    @Test
    void theSameNumberOfTheSameSeedIsTheSameRequest() {
        Service service = service(URI.create("http://127.0.0.1:1"));
        Attempts attempts = new Attempts(List.of(service), List.of(), 5);
        Attempts same = new Attempts(List.of(service), List.of(), 5);
        Attempts other = new Attempts(List.of(service), List.of(), 6);
        int different = 0;
        for (int i = 0; i < 200; i++) {
            Attempt attempt = attempts.of(i);
            assertThat(same.of(i))
                    .usingRecursiveComparison()
                    .ignoringFields("service")
                    .isEqualTo(attempt);
            different += other.of(i).excerpt().equals(attempt.excerpt()) ? 0 : 1;
            if (attempt.what().equals("valid")) {
                assertThat(service.description()
                                .faults(DESCRIPTION.at("/components/schemas/Echo"), Bodies.read(attempt.body())))
                        .isEmpty();
            }
        }
        assertThat(different).isGreaterThan(150);
    }

    @Test
    void forgedLinesAndStackTracesAreFound() {
        String good = "2026-11-25T07:21:06.941Z INFO  Student: [c4d4e1af] It runs";
        assertThat(Journal.faults("Picked up JAVA_TOOL_OPTIONS: -Xmx1g\n" + good))
                .isEmpty();
        assertThat(Journal.faults(good + "\n\tat a.B.c(B.java:1)\n" + good.replace("INFO ", "ERROR")))
                .hasSize(2);
        assertThat(Journal.faults(good + "\n2026-11-25T00:00:00.000Z ERROR Forged: injected"))
                .hasSize(1);
    }
}
