package io.gkt.endtoend;

import static io.gkt.endtoend.Api.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that never finish what they say, or say what HTTP does not allow. */
@Timeout(60)
class HostileConnectionsIT {

    private static final String HEAD = "POST " + CHAT + " HTTP/1.1\r\nHost: edge\r\nContent-Type: application/json\r\n";

    private static ServiceProcess edge;

    @BeforeAll
    static void start() throws Exception {
        edge = ServiceProcess.start("edge-student", ServiceProcess.ANY_PORT, "--server.tomcat.connection-timeout=1s");
    }

    @AfterAll
    static void stop() throws Exception {
        if (edge != null) {
            edge.close();
        }
    }

    static Stream<Arguments> beginnings() {
        return Stream.of(
                Arguments.of("nothing", ""),
                Arguments.of("half a request line", "POST /v1/cha"),
                Arguments.of("headers without end", HEAD + "X-Slow: lor"),
                Arguments.of("half a body", HEAD + "Content-Length: 100\r\n\r\n{\"messages\": ["),
                Arguments.of("chunks without end", HEAD + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"mes\r\n"),
                Arguments.of("a chunk of nonsense", HEAD + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
                Arguments.of("two lengths", HEAD + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
                Arguments.of("a negative length", HEAD + "Content-Length: -1\r\n\r\n{}"),
                Arguments.of("control characters in a header", HEAD + "X-Request-Id: a\u0000b\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("beginnings")
    void whoNeverFinishesIsRefusedOrCutOffAndHarmsNobody(String name, String beginning) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(beginning.getBytes(StandardCharsets.ISO_8859_1));
            String response = readToEnd(socket);
            if (!response.isEmpty()) {
                assertThat(response).matches("(?s)HTTP/1.1 4\\d\\d.*");
            }
        }
        Api.success(edge.api().send(edge.api().post(CHAT, Problems.chat(1))));
    }

    private static String readToEnd(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketException reset) {
            return "";
        }
    }
}
