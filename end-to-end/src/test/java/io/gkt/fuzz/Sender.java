package io.gkt.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Sends requests, also such as no HTTP client would. */
final class Sender {

    /** Longer than any request may take. */
    private static final Duration PATIENCE = Duration.ofMillis(Attempts.DEADLINE + 15_000);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    /** @throws IOException if the answer does not come in time, or breaks off */
    Reply send(Attempt attempt) throws IOException, InterruptedException {
        return attempt.raw() == null ? properly(attempt) : byteByByte(attempt);
    }

    private Reply properly(Attempt attempt) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(attempt.service().url() + attempt.target()))
                .timeout(PATIENCE)
                .method(
                        attempt.method(),
                        attempt.body().length == 0
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofByteArray(attempt.body()));
        attempt.headers().forEach(header -> request.header(header.getKey(), header.getValue()));
        HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
        Map<String, List<String>> headers = new HashMap<>();
        response.headers().map().forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
        return new Reply(response.statusCode(), headers, Reply.text(response.body()));
    }

    private static Reply byteByByte(Attempt attempt) throws IOException {
        URI url = attempt.service().url();
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            try {
                socket.getOutputStream().write(attempt.raw());
            } catch (IOException closed) {
                // It may have said why.
            }
            if (attempt.reading() >= 0) {
                socket.getInputStream().readNBytes(Math.min(attempt.reading(), 1));
                socket.setSoLinger(attempt.number() % 2 == 0, 0);
                return Reply.NONE;
            }
            byte[] answer = readToEnd(socket.getInputStream());
            return isVersioned(attempt.raw()) ? parse(answer) : Reply.NONE;
        }
    }

    /** To a request line without a version the answer is HTTP 0.9's: a body alone. */
    private static boolean isVersioned(byte[] request) {
        return new String(request, StandardCharsets.ISO_8859_1).matches("(?s)\\S+ +\\S+ +HTTP/.*");
    }

    private static byte[] readToEnd(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException reset) {
            // What came before counts.
        }
        return all.toByteArray();
    }

    private static Reply parse(byte[] bytes) throws IOException {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        while (text.startsWith("HTTP/1.1 100")) {
            text = text.substring(text.indexOf("\r\n\r\n") + 4);
        }
        if (text.isEmpty()) {
            return Reply.NONE;
        }
        if (!text.matches("(?s)HTTP/1\\.[01] \\d{3}.*?\r\n\r\n.*")) {
            throw new IOException("no HTTP: " + text.substring(0, Math.min(100, text.length())));
        }
        int end = text.indexOf("\r\n\r\n");
        Map<String, List<String>> headers = new HashMap<>();
        text.substring(0, end).lines().skip(1).forEach(line -> {
            String[] parts = line.split(":", 2);
            headers.computeIfAbsent(parts[0].toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(parts.length == 2 ? parts[1].strip() : "");
        });
        String body = text.substring(end + 4);
        String whole = headers.containsKey("transfer-encoding") ? unchunked(body) : body;
        return new Reply(
                Integer.parseInt(text.substring(9, 12)),
                headers,
                Reply.text(whole.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static String unchunked(String body) {
        StringBuilder whole = new StringBuilder();
        int at = 0;
        for (int line = body.indexOf("\r\n"); line > at; line = body.indexOf("\r\n", at)) {
            int size = Integer.parseInt(body.substring(at, line).replaceFirst(";.*", ""), 16);
            int end = Math.min(body.length(), line + 2 + size);
            whole.append(body, line + 2, end);
            at = Math.min(body.length(), end + 2);
        }
        return whole.toString();
    }
}
