package io.gkt.fuzz;

import io.gkt.endtoend.Api;
import io.gkt.endtoend.BadRequest;
import io.gkt.endtoend.Description;
import io.gkt.fuzz.Attempt.Expected;
import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * All requests of a run, by their numbers: first those that are listed by hand, then what is made from descriptions.
 * Which one a number means depends on the seed only, not on those before.
 */
final class Attempts {

    /** Milliseconds that answers may take unless a request is about that. */
    static final long DEADLINE = 100_000;

    private static final String DEADLINE_HEADER = "X-GKT-Deadline-Ms";
    private static final byte[] NOTHING = new byte[0];
    private static final List<String> CONTENT_TYPES = List.of(
            "application/json; charset=utf-8",
            "application/json; charset=utf-16",
            "application/json; charset=nonsense",
            "application/json; charset=\"",
            "application/vnd.api+json",
            "text/plain",
            "text/html",
            "application/xml",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/octet-stream",
            "*/*",
            "json",
            "/",
            "");
    private static final List<String> DEADLINES = List.of(
            "0", "1", "5", "50", "-1", "1.5", "1e3", "x", "", " 7", "999999999999999999", "9999999999999999999");
    private static final List<String> WRONG_KEYS = List.of(
            "", "Bearer", "Bearer ", "Bearer x", "bearer ", "Basic YTpi", "Bearer " + "x".repeat(4000), "Bearer a b c");

    private record Operation(Service service, String method, String path, JsonNode description) {

        JsonNode schema() {
            return description.at("/requestBody/content/application~1json/schema");
        }

        boolean answers() {
            return description.path("parameters").toString().contains(DEADLINE_HEADER);
        }
    }

    /** Made by hand. */
    record Listed(Service service, String path, BadRequest request, Expected expected) {}

    private final long seed;
    private final List<Operation> operations = new ArrayList<>();
    private final List<Listed> listed;

    /**
     * @param services whose descriptions say what there is
     * @param listed   what comes first
     * @param seed     of all others
     */
    Attempts(List<Service> services, List<Listed> listed, long seed) {
        this.seed = seed;
        this.listed = listed;
        for (Service service : services) {
            service.description()
                    .document()
                    .path("paths")
                    .properties()
                    .forEach(path -> path.getValue()
                            .properties()
                            .forEach(operation -> add(new Operation(
                                    service,
                                    operation.getKey().toUpperCase(Locale.ROOT),
                                    path.getKey(),
                                    operation.getValue()))));
        }
    }

    /** All that the pair is asked. */
    static Attempts of(Service edge, Service teacher, long seed) {
        List<Listed> listed = Stream.of(
                        list(edge, Api.CHAT, BadRequest.ofChat(), Expected.REFUSED),
                        list(edge, Api.CHAT, BadRequest.ofAnyJson(), Expected.REFUSED),
                        list(edge, Api.CHAT, BadRequest.strange(), Expected.EITHER),
                        list(teacher, Api.GUIDANCE, BadRequest.ofGuidance(), Expected.REFUSED),
                        list(teacher, Api.GUIDANCE, BadRequest.ofAnyJson(), Expected.REFUSED))
                .flatMap(requests -> requests)
                .toList();
        return new Attempts(List.of(edge, teacher), listed, seed);
    }

    private static Stream<Listed> list(Service service, String path, List<BadRequest> requests, Expected expected) {
        return requests.stream().map(request -> new Listed(service, path, request, expected));
    }

    /** Those that answer are asked more often. */
    private void add(Operation operation) {
        for (int i = operation.answers() ? 6 : operation.method().equals("POST") ? 2 : 1; i > 0; i--) {
            operations.add(operation);
        }
    }

    /** The same each time. */
    Attempt of(int number) {
        if (number < listed.size()) {
            return listed(number, listed.get(number));
        }
        Random random = new Random(seed * 1_000_003 + number);
        // The first numbers of neighbouring seeds are much alike.
        random.nextLong();
        return new Making(number, random).make();
    }

    private static Attempt listed(int number, Listed listed) {
        BadRequest request = listed.request();
        List<Map.Entry<String, String>> headers = new ArrayList<>(headers(listed.service(), true));
        headers.removeIf(header -> header.getKey().equalsIgnoreCase(request.header()));
        headers.add(Map.entry(request.header(), request.headerValue()));
        return new Attempt(
                number,
                "listed: " + request.what(),
                listed.service(),
                listed.service().description().operation("post", listed.path()),
                "POST",
                listed.path(),
                headers,
                request.body(),
                listed.expected(),
                -1,
                null);
    }

    private static List<Map.Entry<String, String>> headers(Service service, boolean deadline) {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        headers.add(Map.entry("Authorization", "Bearer " + service.key()));
        headers.add(Map.entry("Content-Type", "application/json"));
        if (deadline) {
            headers.add(Map.entry(DEADLINE_HEADER, String.valueOf(DEADLINE)));
        }
        return headers;
    }

    /** How one comes about. */
    private final class Making {

        private final int number;
        private final Random random;
        private final Operation operation;
        private final Description description;
        private final Bodies bodies;
        private final List<Map.Entry<String, String>> headers;
        private String what;
        private Expected expected = Expected.EITHER;
        private byte[] body = NOTHING;

        Making(int number, Random random) {
            this.number = number;
            this.random = random;
            this.operation = one(operations);
            this.description = operation.service().description();
            this.bodies = new Bodies(random);
            this.headers = headers(operation.service(), operation.answers());
        }

        private <T> T one(List<T> choices) {
            return choices.get(random.nextInt(choices.size()));
        }

        Attempt make() {
            if (operation.schema().isMissingNode()) {
                return withoutBody();
            }
            ObjectNode valid = tamed((ObjectNode) new Samples(description, random).of(operation.schema()));
            body = Bodies.bytes(valid.toString());
            int kind = random.nextInt(100);
            if (kind < 45) {
                what = "valid";
                expected = Expected.TAKEN;
            } else if (kind < 62) {
                what = "harmed";
                body = bodies.harmed(valid);
                expected = judged();
            } else if (kind < 70) {
                what = "at a limit";
                body = Bodies.bytes(bodies.atALimit(valid, description.resolved(operation.schema()))
                        .toString());
                expected = judged();
            } else if (kind < 80) {
                what = "mutated bytes";
                body = bodies.mutated(body);
                expected = judged();
            } else if (kind < 84) {
                what = "content type or encoding";
                recode(valid.toString());
            } else if (kind < 92) {
                return raw("hostile HTTP", new HostileHttp(random).request(operation.path(), key(), body), -1);
            } else if (kind < 94) {
                what = "wrong key";
                header("Authorization", one(WRONG_KEYS));
                expected = Expected.REFUSED;
            } else if (kind < 96) {
                what = "deadline";
                header(DEADLINE_HEADER, one(DEADLINES));
            } else {
                return leaving(valid);
            }
            return attempt(operation.description(), operation.path());
        }

        private String key() {
            return operation.service().key();
        }

        private void header(String name, String value) {
            headers.removeIf(header -> header.getKey().equals(name));
            headers.add(Map.entry(name, value));
        }

        /** Whether the schema allows the body, if it is one. */
        private Expected judged() {
            JsonNode value = Bodies.read(body);
            if (value == null) {
                return Expected.REFUSED;
            }
            try {
                String faults = description.faults(operation.schema(), value);
                return faults.isEmpty() ? Expected.EITHER : Expected.REFUSED;
            } catch (JacksonException e) {
                // The validator itself stumbles over numbers such as 1e309 where whole ones are wanted.
                return Expected.EITHER;
            }
        }

        /** Short answers, so that there are many; most by the model that there is. */
        private ObjectNode tamed(ObjectNode valid) {
            JsonNode properties = description.resolved(operation.schema()).path("properties");
            if (properties.has("max_tokens") && random.nextInt(20) > 0) {
                valid.put("max_tokens", 1 + random.nextInt(4));
                valid.remove("max_completion_tokens");
                valid.remove("min_tokens");
            }
            if (valid.has("model") && random.nextInt(10) > 0) {
                valid.set("model", properties.path("model").path("default"));
                if (valid.path("model").isMissingNode()) {
                    valid.remove("model");
                }
            }
            return valid;
        }

        private void recode(String text) {
            if (random.nextBoolean()) {
                header("Content-Type", one(CONTENT_TYPES));
            } else if (random.nextInt(4) == 0) {
                header("Content-Encoding", one(List.of("gzip", "br", "x", "identity")));
            } else {
                Charset charset = Charset.forName(one(List.of("UTF-16", "UTF-16LE", "UTF-32", "ISO-8859-1", "UTF-8")));
                body = ((random.nextBoolean() ? "\ufeff" : "") + text).getBytes(charset);
            }
        }

        private Attempt leaving(ObjectNode valid) {
            if (operation.answers()) {
                valid.put("stream", random.nextBoolean());
                valid.put("max_tokens", 100);
                if (!valid.path("stream").asBoolean()) {
                    valid.remove("stream_options");
                }
            }
            byte[] whole = HostileHttp.proper(operation.path(), key(), Bodies.bytes(valid.toString()));
            byte[] sent = random.nextInt(4) == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole;
            return raw("leaves", sent, random.nextInt(2) * random.nextInt(2000));
        }

        private Attempt withoutBody() {
            String id = random.nextInt(4) == 0
                    ? one(List.of("demo-student", "demo-teacher", "a", "fuzz"))
                    : one(Samples.TEXTS);
            String target = operation
                    .path()
                    .replace(
                            "{id}",
                            URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20"));
            headers.removeIf(header -> header.getKey().equals("Content-Type"));
            what = operation.method() + " " + id;
            // Others may be no path at all, or another operation's.
            boolean plain = !operation.path().contains("{") || id.matches("[\\w-]+");
            return attempt(plain ? operation.description() : null, target);
        }

        private Attempt attempt(JsonNode described, String target) {
            return new Attempt(
                    number,
                    what,
                    operation.service(),
                    described,
                    operation.method(),
                    target,
                    headers,
                    body,
                    expected,
                    -1,
                    null);
        }

        private Attempt raw(String kind, byte[] sent, int reading) {
            return new Attempt(
                    number,
                    kind,
                    operation.service(),
                    null,
                    operation.method(),
                    operation.path(),
                    headers,
                    NOTHING,
                    Expected.EITHER,
                    reading,
                    sent);
        }
    }
}
