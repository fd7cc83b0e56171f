package io.gkt.service.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** Knows keys by their hashes only. */
final class ApiKeys {

    /** Shorter ones can be guessed. */
    private static final int SHORTEST_KEY = 16;

    private final List<Known> known;

    private record Known(byte[] hash, Caller caller) {}

    /** @throws InvalidConfigurationPropertyValueException if a key has no hash and no readable file, or both */
    ApiKeys(Map<String, AccessSettings.Key> keys) {
        known = keys.entrySet().stream()
                .map(entry -> {
                    String name = entry.getKey();
                    AccessSettings.Key key = entry.getValue();
                    return new Known(hash(name, key), new Caller(name, key.maxConcurrent(), key.requestsPerMinute()));
                })
                .toList();
    }

    private static byte[] hash(String name, AccessSettings.Key key) {
        String setting = "gkt.access.keys." + name;
        if ((key.sha256() == null) == (key.file() == null)) {
            throw new InvalidConfigurationPropertyValueException(
                    setting, name, "Set one of its sha256 (of the key, in hexadecimal) and file.");
        }
        if (key.sha256() != null) {
            return HexFormat.of().parseHex(key.sha256());
        }
        String secret;
        try {
            secret = Files.readString(key.file()).strip();
        } catch (IOException e) {
            throw new InvalidConfigurationPropertyValueException(
                    setting + ".file", key.file(), "It can't be read: " + e.getMessage());
        }
        if (secret.length() < SHORTEST_KEY) {
            throw new InvalidConfigurationPropertyValueException(
                    setting + ".file",
                    key.file(),
                    "The key in it has " + secret.length() + " characters; it must have " + SHORTEST_KEY
                            + " at least.");
        }
        return sha256(secret);
    }

    /** @return whether anybody may call */
    boolean none() {
        return known.isEmpty();
    }

    /** Takes as long for any key, right or wrong. */
    Optional<Caller> find(String key) {
        byte[] hash = sha256(key);
        Caller found = null;
        for (Known candidate : known) {
            if (MessageDigest.isEqual(candidate.hash, hash)) {
                found = candidate.caller;
            }
        }
        return Optional.ofNullable(found);
    }

    private static byte[] sha256(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
