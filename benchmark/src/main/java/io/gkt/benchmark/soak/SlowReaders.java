package io.gkt.benchmark.soak;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Clients of an edge that ask for much and hardly read. Closing them is how they leave. */
final class SlowReaders implements AutoCloseable {

    private static final int COUNT = 2;
    private static final String BODY =
            "{\"messages\": [{\"role\": \"user\", \"content\": \"Tom has 3 shells. How many?\"}],"
                    + " \"stream\": true, \"n\": 8, \"ignore_eos\": true, \"max_tokens\": 400, \"logprobs\": true,"
                    + " \"top_logprobs\": 20, \"guidance\": {\"mode\": \"off\"}}";

    private final List<Socket> sockets =
            IntStream.range(0, COUNT).mapToObj(i -> new Socket()).toList();

    SlowReaders(URI edge) {
        for (Socket socket : sockets) {
            Thread reader = new Thread(() -> read(socket, edge), "slow-reader");
            reader.setDaemon(true);
            reader.start();
        }
    }

    private static void read(Socket socket, URI edge) {
        byte[] body = BODY.getBytes(StandardCharsets.UTF_8);
        String head = String.join(
                "\r\n",
                "POST /v1/chat/completions HTTP/1.1",
                "Host: localhost",
                "Authorization: Bearer " + Pair.KEYS.get(0),
                "Content-Type: application/json",
                "Content-Length: " + body.length,
                "",
                "");
        try (socket) {
            socket.setReceiveBufferSize(1024);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), edge.getPort()));
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body);
            while (socket.getInputStream().read() >= 0) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
        } catch (IOException | InterruptedException e) {
            // The edge has lost patience, or it is over.
        }
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
