package io.gkt.reliability;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands between an edge and its teacher, and does to questions and answers whatever networks do. It speaks as much
 * HTTP as it needs to tell one exchange from the next: each has a connection of its own. Requests to cancel always
 * pass.
 */
final class FaultyNetwork implements AutoCloseable {

    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)\\s*$");

    /** What becomes of a question. */
    interface Fault {
        void play(Exchange exchange) throws IOException, InterruptedException;
    }

    /** One question on its way. */
    final class Exchange {

        private final Socket edge;
        private final byte[] request;

        private Exchange(Socket edge, byte[] request) {
            this.edge = edge;
            this.request = request;
        }

        /** Sends the question on; closing the result is how the teacher learns that the edge has gone. */
        Socket ask() throws IOException {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), teacher.getPort());
            open.add(socket);
            socket.getOutputStream().write(request);
            return socket;
        }

        /** All that the teacher says, head and body. */
        byte[] answer() throws IOException {
            try (Socket socket = ask()) {
                return socket.getInputStream().readAllBytes();
            }
        }

        void say(byte[] bytes, int length) throws IOException {
            edge.getOutputStream().write(bytes, 0, length);
            edge.getOutputStream().flush();
            sent.addAndGet(length);
        }

        void say(String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            say(bytes, bytes.length);
        }

        /** Ends the connection as a machine does that has forgotten it. */
        void reset() throws IOException {
            edge.setSoLinger(true, 0);
            edge.close();
        }

        /** Returns once the edge has gone. */
        void awaitDeparture() {
            try {
                edge.getInputStream().readAllBytes();
            } catch (IOException e) {
                // It has gone noisily.
            }
        }
    }

    private final ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final URI teacher;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger questions = new AtomicInteger();
    private final AtomicInteger cancellations = new AtomicInteger();
    private final AtomicLong sent = new AtomicLong();
    private volatile String lastQuestion = "";
    private volatile Fault fault = passing();

    FaultyNetwork(URI teacher) throws IOException {
        this.teacher = teacher;
        threads.execute(this::accept);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** From the next question on. */
    void now(Fault next) {
        fault = next;
        questions.set(0);
        cancellations.set(0);
        sent.set(0);
    }

    /** Questions since the last change. */
    int questions() {
        return questions.get();
    }

    /** The last question, head and body. */
    String lastQuestion() {
        return lastQuestion;
    }

    /** Questions called off since the last change. */
    int cancellations() {
        return cancellations.get();
    }

    /** Bytes sent to the edge since the last change. */
    long sent() {
        return sent.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket edge = server.accept();
                open.add(edge);
                threads.execute(() -> serve(edge));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket edge) {
        try (edge) {
            byte[] request = read(edge.getInputStream());
            if (request.length == 0) {
                return;
            }
            boolean question = new String(request, 0, 5, StandardCharsets.US_ASCII).equals("POST ");
            lastQuestion = question ? new String(request, StandardCharsets.UTF_8) : lastQuestion;
            (question ? questions : cancellations).incrementAndGet();
            (question ? fault : passing()).play(new Exchange(edge, request));
        } catch (IOException e) {
            // The edge has gone, or the test is over.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(edge);
        }
    }

    /** One request, which asks for the connection to be closed; empty if none comes. */
    private static byte[] read(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return new byte[0];
            }
            head.write(next);
        }
        String lines = head.toString(StandardCharsets.ISO_8859_1);
        Matcher length = CONTENT_LENGTH.matcher(lines);
        byte[] body = in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(lines.replaceAll("(?im)^connection: .*\r\n", "")
                .replaceFirst("\r\n", "\r\nConnection: close\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes(body);
        return request.toByteArray();
    }

    /** A network that does its work. */
    static Fault passing() {
        return late(() -> 0);
    }

    /** How long a part of an answer takes, in milliseconds. */
    interface Delay {
        long next();
    }

    /** Hands each part of an answer on later. An edge that goes is reported to the teacher at once. */
    static Fault late(Delay delay) {
        return exchange -> {
            try (Socket socket = exchange.ask()) {
                Thread departure = new Thread(() -> {
                    exchange.awaitDeparture();
                    closeQuietly(socket);
                });
                departure.setDaemon(true);
                departure.start();
                byte[] buffer = new byte[8192];
                InputStream in = socket.getInputStream();
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    Thread.sleep(delay.next());
                    exchange.say(buffer, count);
                }
            }
        };
    }

    /** The teacher takes the question and is not heard of again. */
    static Fault silence() {
        return Exchange::awaitDeparture;
    }

    /** One byte now and then, without end. */
    static Fault trickle() {
        return exchange -> {
            exchange.say("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{");
            while (true) {
                Thread.sleep(20);
                exchange.say(" ");
            }
        };
    }

    /** The connection breaks within the teacher's answer. */
    static Fault brokenAfter(int bytes) {
        return exchange -> {
            byte[] answer = exchange.answer();
            exchange.say(answer, Math.min(bytes, answer.length - 1));
            exchange.reset();
        };
    }

    /** The connection ends within the teacher's answer as if that were all. */
    static Fault endedAfter(int bytes) {
        return exchange -> {
            byte[] answer = exchange.answer();
            exchange.say(answer, Math.min(bytes, answer.length - 1));
        };
    }

    /** Something else answers. */
    static Fault reply(String status, String headers, String body) {
        return exchange ->
                exchange.say("HTTP/1.1 " + status + "\r\n" + headers + "Connection: close\r\nContent-Length: "
                        + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
    }

    /** As many megabytes as the edge takes, of these at most; with their number said before, or not. */
    static Fault flood(int megabytes, boolean announced) {
        return exchange -> {
            byte[] megabyte = " ".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
            exchange.say("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                    + (announced ? "Content-Length: " + ((long) megabytes << 20) + "\r\n\r\n" : "\r\n"));
            for (int i = 0; i < megabytes; i++) {
                exchange.say(megabyte, megabyte.length);
            }
        };
    }

    /** The teacher's answer with other words in it: what a pattern matches is replaced, as in the Java language. */
    static Fault forged(String pattern, String replacement) {
        return exchange -> {
            String answer = new String(exchange.answer(), StandardCharsets.UTF_8);
            String body = answer.substring(answer.indexOf('{'), answer.lastIndexOf('}') + 1);
            String forged = body.replaceFirst(pattern, replacement);
            if (forged.equals(body)) {
                throw new IOException("nothing to forge in " + body);
            }
            reply("200 OK", "Content-Type: application/json\r\n", forged).play(exchange);
        };
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more anyway.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        open.forEach(FaultyNetwork::closeQuietly);
        threads.shutdownNow();
    }
}
