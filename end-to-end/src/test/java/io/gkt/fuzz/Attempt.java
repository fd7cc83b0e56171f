package io.gkt.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import tools.jackson.databind.JsonNode;

/**
 * One request.
 *
 * @param number    of it in its run: the same seed and number make the same
 * @param what      how it came about
 * @param service   that is asked
 * @param operation of the description; null if it is none, or the request may not reach it
 * @param method    of HTTP
 * @param target    path, and what may follow it, as it is sent
 * @param headers   besides those that every request has
 * @param body      may be empty
 * @param expected  what is said of it beforehand
 * @param reading   bytes of the response after which the client leaves; negative if it stays
 * @param raw       what is sent instead of all these, byte by byte; null if it is HTTP as it should be
 */
record Attempt(
        int number,
        String what,
        Service service,
        JsonNode operation,
        String method,
        String target,
        List<Map.Entry<String, String>> headers,
        byte[] body,
        Expected expected,
        int reading,
        byte[] raw) {

    /** What becomes of a request, before anybody asks. */
    enum Expected {
        /** The schema allows it. */
        TAKEN,
        /** It is wrong. */
        REFUSED,
        /** It may be taken or refused, as long as that is done properly. */
        EITHER
    }

    /** Writes what is sent to a file, and how to send it again. */
    String reproduction(Path directory) {
        Path file = directory.resolve(number + (raw == null ? ".body" : ".http"));
        try {
            Files.createDirectories(directory);
            Files.write(file, raw == null ? body : raw);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (raw != null) {
            return "nc " + service.url().getHost() + " " + service.url().getPort() + " < " + file.toAbsolutePath();
        }
        StringJoiner curl = new StringJoiner(" ");
        curl.add("curl -i --path-as-is -X " + method);
        headers.forEach(header -> curl.add("-H " + quoted(header.getKey() + ": " + header.getValue())));
        if (body.length > 0) {
            curl.add("--data-binary @" + file.toAbsolutePath());
        }
        return curl.add(quoted(service.url() + target)).toString();
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /** How much of it there is to see in a report. */
    String excerpt() {
        String text = new String(raw == null ? body : raw, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", "?");
        return text.length() <= 300 ? text : text.substring(0, 300) + "... (" + text.length() + ")";
    }
}
