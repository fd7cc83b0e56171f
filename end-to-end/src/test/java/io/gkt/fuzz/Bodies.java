package io.gkt.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What can be wrong with a body of JSON. */
final class Bodies {

    /** As deep as the services say that JSON may be nested. */
    static final int DEEPEST = 100;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final String PLACE = "@@here@@";

    /** Values that some field of some server did not expect, as they are written. */
    private static final List<String> FRAGMENTS = List.of(
            "null",
            "true",
            "false",
            "0",
            "-0",
            "-0.0",
            "1",
            "-1",
            "1.0",
            "1.5",
            "1e0",
            "1e-300",
            "1e309",
            "-1e309",
            "NaN",
            "Infinity",
            "-Infinity",
            "0x10",
            "01",
            "+1",
            ".5",
            "2147483647",
            "2147483648",
            "-2147483649",
            "4294967296",
            "1099511627776",
            "9007199254740993",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551616",
            "9".repeat(999),
            "9".repeat(5000),
            "0." + "3".repeat(900),
            "\"\"",
            "\"1\"",
            "\"true\"",
            "\"null\"",
            "'single'",
            "unquoted",
            "\"\\ud83d\"",
            "\"\\udc00\\ud83d\"",
            "\"\\u0000\"",
            "\"\u0000\"",
            "\"a\nb\"",
            "\"\\x41\"",
            "\"" + "x".repeat(300) + "\"",
            "\"" + "apples and pears ".repeat(6000) + "\"",
            "\"" + "\\ud83d\\ude00".repeat(20_000) + "\"",
            "[]",
            "{}",
            "[null]",
            "[[]]",
            "[1, 2, 3, 4, 5]",
            "[\"a\", \"b\", \"c\", \"d\", \"e\"]",
            "[\"\"]",
            "{\"\": 1}",
            "{\"type\": \"object\", \"pattern\": \"(((\"}",
            "{\"tokenize\": true}",
            "{\"$ref\": \"#\"}",
            "{\"@class\": \"java.util.HashMap\", \"@type\": \"x\"}",
            "[" + "0,".repeat(20_000) + "0]",
            "{\"a\": 1, \"a\": 2}",
            "[".repeat(50) + "]".repeat(50),
            "[".repeat(DEEPEST + 50) + "]".repeat(DEEPEST + 50),
            "[".repeat(10_000) + "]".repeat(10_000),
            "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000),
            "[".repeat(10_000),
            "/* comment */ 1",
            "1 // comment",
            "[1,]",
            "{\"a\": 1,}",
            ",");

    private final Random random;

    Bodies(Random random) {
        this.random = random;
    }

    /**
     * Reads as strictly as the services.
     *
     * @return null if it is no JSON
     */
    static JsonNode read(byte[] body) {
        try {
            JsonNode value = JSON.readTree(body);
            return value == null || value.isMissingNode() ? null : value;
        } catch (JacksonException e) {
            return null;
        }
    }

    /** A body with something strange in one place. */
    byte[] harmed(ObjectNode body) {
        ObjectNode harmed = body.deepCopy();
        String fragment = FRAGMENTS.get(random.nextInt(FRAGMENTS.size()));
        switch (random.nextInt(8)) {
            case 0 -> {
                List<String> names = new ArrayList<>(harmed.propertyNames());
                if (!names.isEmpty()) {
                    harmed.remove(names.get(random.nextInt(names.size())));
                }
            }
            case 1 -> harmed.put("a_field_of_nobody", PLACE);
            case 2 -> {
                return twice(harmed, fragment);
            }
            case 3 -> {
                return bytes(harmed + " " + fragment);
            }
            default -> replaceSomewhere(harmed);
        }
        return bytes(harmed.toString().replace("\"" + PLACE + "\"", fragment));
    }

    /** One key stands there twice. */
    private static byte[] twice(ObjectNode body, String fragment) {
        String text = body.toString();
        String key = body.isEmpty() ? "x" : body.propertyNames().iterator().next();
        String again = "{\"" + key + "\": " + fragment + (body.isEmpty() ? ", \"x\": 1" : ", ");
        return bytes(again + text.substring(1));
    }

    private void replaceSomewhere(JsonNode node) {
        List<Runnable> places = new ArrayList<>();
        collect(node, places);
        if (!places.isEmpty()) {
            places.get(random.nextInt(places.size())).run();
        }
    }

    private static void collect(JsonNode node, List<Runnable> places) {
        if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                places.add(() -> object.put(field.getKey(), PLACE));
                collect(field.getValue(), places);
            }
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < Math.min(array.size(), 4); i++) {
                int index = i;
                places.add(() -> array.set(index, JSON.getNodeFactory().stringNode(PLACE)));
                collect(array.get(i), places);
            }
        }
    }

    /** A field at an end of its range, one step beyond it, or longer or shorter than it may be. */
    ObjectNode atALimit(ObjectNode body, JsonNode schema) {
        ObjectNode changed = body.deepCopy();
        List<Map.Entry<String, JsonNode>> fields = schema.path("properties").properties().stream()
                .filter(field -> !limits(field.getValue()).isEmpty())
                .toList();
        if (!fields.isEmpty()) {
            Map.Entry<String, JsonNode> field = fields.get(random.nextInt(fields.size()));
            List<String> limits = limits(field.getValue());
            changed.set(field.getKey(), at(limits.get(random.nextInt(limits.size())), field.getValue()));
        }
        return changed;
    }

    private static List<String> limits(JsonNode schema) {
        return List.of("minimum", "maximum", "exclusiveMinimum", "maxLength", "maxItems", "maxProperties").stream()
                .filter(schema::has)
                .toList();
    }

    private JsonNode at(String limit, JsonNode schema) {
        int step = random.nextInt(3) - 1;
        if (!limit.startsWith("max") || limit.equals("maximum")) {
            return JSON.getNodeFactory()
                    .numberNode(schema.path(limit).decimalValue().add(java.math.BigDecimal.valueOf(step)));
        }
        int length = Math.min(schema.path(limit).asInt() + step, 100_000);
        if (limit.equals("maxLength")) {
            return JSON.getNodeFactory().stringNode("x".repeat(Math.max(0, length)));
        }
        if (limit.equals("maxItems")) {
            ArrayNode array = JSON.createArrayNode();
            for (int i = 0; i < length; i++) {
                array.addObject().put("role", "user").put("content", "");
            }
            return array;
        }
        ObjectNode object = JSON.createObjectNode();
        for (int i = 0; i < length; i++) {
            object.put(String.valueOf(i), 1);
        }
        return object;
    }

    /** Bytes changed, lost, doubled and made up, wherever they stand. */
    byte[] mutated(byte[] body) {
        byte[] bytes = body;
        for (int i = 1 + random.nextInt(4); i > 0 && bytes.length > 1; i--) {
            int at = random.nextInt(bytes.length);
            int length = Math.min(bytes.length - at, 1 + random.nextInt(8));
            byte[] piece = switch (random.nextInt(6)) {
                case 0 -> new byte[0];
                case 1 -> repeated(Arrays.copyOfRange(bytes, at, at + length), 2 + random.nextInt(3));
                case 2 -> new byte[] {(byte) random.nextInt(256)};
                case 3 -> new byte[] {(byte) (bytes[at] ^ 1 << random.nextInt(8))};
                case 4 -> bytes("{}[]:,\"\\".substring(random.nextInt(8)).substring(0, 1));
                default -> new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80};
            };
            bytes = spliced(bytes, at, at + length, piece);
        }
        return random.nextInt(6) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
    }

    private static byte[] repeated(byte[] piece, int times) {
        byte[] all = new byte[piece.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(piece, 0, all, i * piece.length, piece.length);
        }
        return all;
    }

    private static byte[] spliced(byte[] bytes, int from, int to, byte[] piece) {
        byte[] all = new byte[bytes.length - (to - from) + piece.length];
        System.arraycopy(bytes, 0, all, 0, from);
        System.arraycopy(piece, 0, all, from, piece.length);
        System.arraycopy(bytes, to, all, from + piece.length, bytes.length - to);
        return all;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
