package io.gkt.benchmark.fault;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
public final class FaultyNetwork implements AutoCloseable {

    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)\\s*$");

    /** What becomes of a question. */
    @FunctionalInterface
    public interface Fault {

        /**
         * Plays one exchange; its connections are closed afterwards.
         *
         * @param exchange the question
         * @throws IOException if one of both has gone
         */
        void play(Exchange exchange) throws IOException, InterruptedException;
    }

    /** One question on its way. */
    public final class Exchange {

        private final Socket edge;
        private final byte[] request;
        private Socket asked;

        private Exchange(Socket edge, byte[] request) {
            this.edge = edge;
            this.request = request;
        }

        /** Sends the question on; closing the result is how the teacher learns that the edge has gone. */
        private Socket ask() throws IOException {
            asked = new Socket(InetAddress.getLoopbackAddress(), teacher.getPort());
            open.add(asked);
            asked.getOutputStream().write(request);
            return asked;
        }

        /** All that the teacher says, head and body. */
        private byte[] answer() throws IOException {
            return ask().getInputStream().readAllBytes();
        }

        private void say(byte[] bytes, int length) throws IOException {
            edge.getOutputStream().write(bytes, 0, length);
            edge.getOutputStream().flush();
            sent.addAndGet(length);
        }

        /**
         * Tells the edge something.
         *
         * @param text head, body or a part of them
         * @throws IOException if the edge has gone
         */
        public void say(String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            say(bytes, bytes.length);
        }

        /**
         * Ends the connection as a machine does that has forgotten it.
         *
         * @throws IOException if it has ended already
         */
        public void reset() throws IOException {
            edge.setSoLinger(true, 0);
            edge.close();
        }

        /** Returns once the edge has gone. */
        private void awaitDeparture() {
            try {
                edge.getInputStream().readAllBytes();
            } catch (IOException e) {
                // It has gone noisily.
            }
        }
    }

    private static final int BACKLOG = 200;

    private final int port;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger questions = new AtomicInteger();
    private final AtomicInteger cancellations = new AtomicInteger();
    private final AtomicLong sent = new AtomicLong();
    private volatile String lastQuestion = "";
    private volatile URI teacher;
    private volatile Fault fault = passing();
    private ServerSocket server;
    private Thread acceptor;
    private Socket placeholder;

    /**
     * @param teacher whose questions pass here
     * @throws IOException if there is no port
     */
    public FaultyNetwork(URI teacher) throws IOException {
        this.teacher = teacher;
        listen(0);
        this.port = server.getLocalPort();
    }

    private void listen(int port) throws IOException {
        ServerSocket listening = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
        server = listening;
        acceptor = new Thread(() -> accept(listening), "faulty-network");
        acceptor.start();
    }

    /** @return what the edge takes for its teacher */
    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /**
     * From the next question on.
     *
     * @param moved where the teacher is now
     */
    public void teacher(URI moved) {
        teacher = moved;
    }

    /**
     * From now on nobody listens here, as at an address that is somebody else's.
     *
     * @throws IOException if the port can't be kept for {@link #admit}
     */
    public synchronized void refuse() throws IOException, InterruptedException {
        if (placeholder == null) {
            server.close();
            // It listens on as long as anybody waits for a connection.
            acceptor.join();
            // A port that is bound belongs to nobody else, and refuses connections as long as nobody listens.
            placeholder = new Socket();
            placeholder.setReuseAddress(true);
            placeholder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        }
    }

    /**
     * Ends {@link #refuse}.
     *
     * @throws IOException if the port is lost
     */
    public synchronized void admit() throws IOException {
        if (placeholder != null) {
            placeholder.close();
            placeholder = null;
            listen(port);
        }
    }

    /**
     * From the next question on.
     *
     * @param next what becomes of questions
     */
    public void now(Fault next) {
        fault = next;
        questions.set(0);
        cancellations.set(0);
        sent.set(0);
    }

    /** @return questions since the last change */
    public int questions() {
        return questions.get();
    }

    /** @return the last question, head and body */
    public String lastQuestion() {
        return lastQuestion;
    }

    /** @return questions called off since the last change */
    public int cancellations() {
        return cancellations.get();
    }

    /** @return bytes sent to the edge since the last change */
    public long sent() {
        return sent.get();
    }

    private void accept(ServerSocket listening) {
        while (!listening.isClosed()) {
            try {
                Socket edge = listening.accept();
                open.add(edge);
                threads.execute(() -> serve(edge));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket edge) {
        try {
            byte[] request = read(edge.getInputStream());
            if (request.length > 0) {
                pass(new Exchange(edge, request));
            }
        } catch (IOException e) {
            // One of both has gone, or all is over.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            forget(edge);
        }
    }

    private void pass(Exchange exchange) throws IOException, InterruptedException {
        boolean question = new String(exchange.request, 0, 5, StandardCharsets.US_ASCII).equals("POST ");
        lastQuestion = question ? new String(exchange.request, StandardCharsets.UTF_8) : lastQuestion;
        (question ? questions : cancellations).incrementAndGet();
        try {
            (question ? fault : passing()).play(exchange);
        } finally {
            if (exchange.asked != null) {
                forget(exchange.asked);
            }
        }
    }

    private void forget(Socket socket) {
        closeQuietly(socket);
        open.remove(socket);
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

    /** @return a network that does its work */
    public static Fault passing() {
        return late(() -> 0);
    }

    /** How long a part of an answer takes. */
    @FunctionalInterface
    public interface Delay {

        /** @return milliseconds, of the next part */
        long next();
    }

    /**
     * Hands each part of an answer on later. An edge that goes is reported to the teacher at once.
     *
     * @param delay how much later
     * @return the fault
     */
    public static Fault late(Delay delay) {
        return exchange -> {
            Socket socket = exchange.ask();
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
        };
    }

    /** @return a teacher that takes the question and is not heard of again */
    public static Fault silence() {
        return Exchange::awaitDeparture;
    }

    /** @return one byte now and then, without end */
    public static Fault trickle() {
        return exchange -> {
            exchange.say("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{");
            while (true) {
                Thread.sleep(20);
                exchange.say(" ");
            }
        };
    }

    /**
     * The connection breaks within the teacher's answer.
     *
     * @param bytes that come before, head included
     * @return the fault
     */
    public static Fault brokenAfter(int bytes) {
        return exchange -> {
            byte[] answer = exchange.answer();
            exchange.say(answer, Math.min(bytes, answer.length - 1));
            exchange.reset();
        };
    }

    /**
     * The connection ends within the teacher's answer as if that were all.
     *
     * @param bytes that come before, head included
     * @return the fault
     */
    public static Fault endedAfter(int bytes) {
        return exchange -> {
            byte[] answer = exchange.answer();
            exchange.say(answer, Math.min(bytes, answer.length - 1));
        };
    }

    /**
     * Something else answers.
     *
     * @param status  code and reason
     * @param headers lines, each with its end
     * @param body    of the response
     * @return the fault
     */
    public static Fault reply(String status, String headers, String body) {
        return exchange ->
                exchange.say("HTTP/1.1 " + status + "\r\n" + headers + "Connection: close\r\nContent-Length: "
                        + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
    }

    /**
     * More than anybody asked for.
     *
     * @param megabytes that are sent at most, if the edge takes them
     * @param announced whether their number is said before
     * @return the fault
     */
    public static Fault flood(int megabytes, boolean announced) {
        return exchange -> {
            byte[] megabyte = " ".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
            exchange.say("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                    + (announced ? "Content-Length: " + ((long) megabytes << 20) + "\r\n\r\n" : "\r\n"));
            for (int i = 0; i < megabytes; i++) {
                exchange.say(megabyte, megabyte.length);
            }
        };
    }

    /**
     * The teacher's answer with other words in it.
     *
     * @param pattern     what is replaced, a regular expression
     * @param replacement what it is replaced with, as {@link String#replaceFirst} takes it
     * @return the fault
     */
    public static Fault forged(String pattern, String replacement) {
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
    public synchronized void close() throws IOException {
        server.close();
        if (placeholder != null) {
            placeholder.close();
        }
        open.forEach(FaultyNetwork::closeQuietly);
        threads.shutdownNow();
    }
}
