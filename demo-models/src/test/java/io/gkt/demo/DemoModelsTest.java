package io.gkt.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoModelsTest {

    private static final TreeMap<String, byte[]> FILES = new TreeMap<>();

    static {
        FILES.put("config.json", "{}".getBytes());
        FILES.put("model.safetensors", new byte[100_000]);
    }

    @TempDir
    private Path home;

    @Test
    void unpacksOnceHoweverManyAskAtOnce() throws Exception {
        var threads = Executors.newFixedThreadPool(8);
        try {
            Callable<Path> unpack = () -> DemoModels.unpack(home, "teacher", FILES);
            var places = new HashSet<Path>();
            for (var place :
                    threads.invokeAll(Stream.generate(() -> unpack).limit(32).toList())) {
                places.add(place.get());
            }
            assertThat(places).hasSize(1);
            assertThat(places.iterator().next()).hasFileName("teacher");
            try (var left = Files.list(home)) {
                assertThat(left).containsExactly(places.iterator().next().getParent());
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void doesNotTrustAPlaceThatHoldsSomethingElse() throws IOException {
        var place = DemoModels.unpack(home, "teacher", FILES);
        Files.writeString(place.resolve("config.json"), "{ }");

        var other = DemoModels.unpack(home, "teacher", FILES);

        assertThat(other).isNotEqualTo(place);
        assertThat(other.resolve("config.json")).hasContent("{}");
    }
}
