package io.gkt.inference.tokenizer;

import io.gkt.inference.checkpoint.CheckpointException;
import io.gkt.inference.checkpoint.JsonFile;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a tokenizer.json says that the native tokenizer does not tell: vocabulary and special tokens.
 *
 * <p>The native library always takes special-token text for the token. A second tokenizer that differs in one thing,
 * the spelling of its special tokens, lets a prompt hold both: the markup writes the alias, which nobody can guess, and
 * the usual spelling is ordinary text.
 *
 * @param json the file
 * @param vocabulary all tokens' ids
 * @param specialTokens the special tokens' ids
 * @param aliases another spelling for each special token, unique to this instance
 * @param specialTokenText finds special tokens, the longest where several begin
 */
record TokenizerFile(
        byte[] json,
        Map<String, Integer> vocabulary,
        Map<String, Integer> specialTokens,
        Map<String, String> aliases,
        Pattern specialTokenText) {
    /** Many times what the largest models know. */
    private static final int MAX_VOCABULARY = 10_000_000;

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Set<String> NAMED_SPECIAL_TOKENS =
            Set.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    static TokenizerFile read(Path tokenizer, Path config) {
        byte[] json = JsonFile.bytes(tokenizer);
        JsonNode root = JsonFile.parse(json, tokenizer.toString());
        Set<String> configured = configuredSpecialTokens(JsonFile.read(config));

        Map<String, Integer> vocabulary = new HashMap<>();
        JsonNode vocab = root.path("model").path("vocab");
        if (vocab.isArray()) {
            vocab.forEach(piece -> vocabulary.put(piece.path(0).asString(), vocabulary.size()));
        } else {
            vocab.properties()
                    .forEach(token ->
                            vocabulary.put(token.getKey(), token.getValue().asInt()));
        }
        Map<String, Integer> special = new LinkedHashMap<>();
        for (JsonNode token : root.path("added_tokens")) {
            String content = token.path("content").asString();
            int id = token.path("id").asInt();
            vocabulary.put(content, id);
            if (token.path("special").asBoolean() || configured.contains(content)) {
                special.put(content, id);
            }
        }
        vocabulary.forEach((token, id) -> {
            if (id < 0 || id >= MAX_VOCABULARY) {
                throw new CheckpointException(
                        tokenizer + " has a token with the id " + id + "; ids are below " + MAX_VOCABULARY);
            }
        });
        String nonce = UUID.randomUUID().toString().replace("-", "");
        Map<String, String> aliases = new HashMap<>();
        special.forEach((token, id) -> aliases.put(token, nonce + String.format("%08x", id)));
        return new TokenizerFile(
                json,
                Collections.unmodifiableMap(vocabulary),
                Collections.unmodifiableMap(special),
                aliases,
                anyOf(special.keySet()));
    }

    /** The same tokenizer with every special token spelled as its alias. */
    byte[] aliasedJson() {
        ObjectNode root = (ObjectNode) JSON.readTree(json);
        for (JsonNode token : root.path("added_tokens")) {
            rename((ObjectNode) token, "content");
        }
        ObjectNode model = (ObjectNode) root.path("model");
        rename(model, "unk_token");
        if (model.path("vocab") instanceof ObjectNode vocab) {
            specialTokens.keySet().stream()
                    .filter(vocab::has)
                    .forEach(token -> vocab.set(aliases.get(token), vocab.remove(token)));
        } else {
            for (JsonNode piece : model.path("vocab")) {
                String alias = aliases.get(piece.path(0).asString());
                if (alias != null) {
                    ((ArrayNode) piece).set(0, alias);
                }
            }
        }
        return JSON.writeValueAsBytes(root);
    }

    private void rename(ObjectNode node, String field) {
        String alias = aliases.get(node.path(field).asString(""));
        if (alias != null) {
            node.put(field, alias);
        }
    }

    /** Tokens that tokenizer_config.json makes special where tokenizer.json does not, as transformers does. */
    private static Set<String> configuredSpecialTokens(JsonNode config) {
        Set<String> tokens = new HashSet<>();
        NAMED_SPECIAL_TOKENS.forEach(name -> tokens.add(content(config.path(name))));
        config.path("additional_special_tokens").forEach(token -> tokens.add(content(token)));
        config.path("extra_special_tokens").forEach(token -> tokens.add(content(token)));
        for (JsonNode token : config.path("added_tokens_decoder")) {
            if (token.path("special").asBoolean()) {
                tokens.add(content(token));
            }
        }
        return tokens;
    }

    private static String content(JsonNode token) {
        return token.isObject() ? token.path("content").asString("") : token.asString("");
    }

    private static Pattern anyOf(Set<String> tokens) {
        List<String> longestFirst = tokens.stream()
                .filter(token -> !token.isEmpty())
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .toList();
        if (longestFirst.isEmpty()) {
            return Pattern.compile("(?!)");
        }
        // Hundreds of alternatives are slow to try at every character; few characters begin one.
        String firsts = tokens.stream()
                .filter(token -> !token.isEmpty())
                .map(token -> Pattern.quote(token.substring(0, token.offsetByCodePoints(0, 1))))
                .distinct()
                .collect(Collectors.joining("|"));
        return Pattern.compile("(?=" + firsts + ")(?:" + String.join("|", longestFirst) + ")");
    }
}
