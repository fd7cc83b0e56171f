package io.gkt.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What came back.
 *
 * @param status  of the response; 0 if the connection was closed without one, or the client left
 * @param headers of the response, by lower-case names
 * @param body    of the response
 */
record Reply(int status, Map<String, List<String>> headers, String body) {

    static final Reply NONE = new Reply(0, Map.of(), "");

    Optional<String> header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream()
                .findFirst();
    }

    String contentType() {
        return header("content-type").orElse("").replaceFirst(";.*", "");
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
