package io.gkt.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The embedded models, unpacked on demand as Hugging Face model directories. They solve word problems like those of
 * {@link io.gkt.demo.problem.ProblemGenerator}, and nothing else; their chat template asks the last message only.
 */
public final class DemoModels {

    private static final List<String> FILES = List.of(
            "config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");

    private DemoModels() {}

    /**
     * The teacher: it plans, and calculates.
     *
     * @return a directory, the same for every process that runs the same version; not to be written to
     * @throws UncheckedIOException if there is no room for it among the temporary files
     */
    public static Path teacher() {
        return unpack("teacher");
    }

    /**
     * The student: it calculates what is planned, and plans badly.
     *
     * @return a directory, the same for every process that runs the same version; not to be written to
     * @throws UncheckedIOException if there is no room for it among the temporary files
     */
    public static Path student() {
        return unpack("student");
    }

    private static Path unpack(String name) {
        try {
            Path home = Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir"), "gkt-demo-models"));
            return unpack(home, name, read(name));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Can't unpack the embedded " + name + " model into java.io.tmpdir: " + e.getMessage(), e);
        }
    }

    /**
     * Unpacks files to a place named after their content. Several processes may do so at once: each writes a directory
     * of its own, and the first to be done moves it to that place.
     */
    static Path unpack(Path home, String name, SortedMap<String, byte[]> files) throws IOException {
        Path shared = home.resolve(name + "-" + fingerprint(files));
        if (holds(shared, files)) {
            return shared;
        }
        Path own = Files.createTempDirectory(home, name + "-");
        for (var file : files.entrySet()) {
            Files.write(own.resolve(file.getKey()), file.getValue());
        }
        try {
            return Files.move(own, shared, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException taken) {
            // By another process, which may have left something else there.
            return holds(shared, files) ? discard(own, files, shared) : own;
        }
    }

    private static Path discard(Path own, SortedMap<String, byte[]> files, Path shared) throws IOException {
        for (String file : files.keySet()) {
            Files.delete(own.resolve(file));
        }
        Files.delete(own);
        return shared;
    }

    private static boolean holds(Path directory, SortedMap<String, byte[]> files) throws IOException {
        for (var file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            if (!Files.isReadable(path) || !Arrays.equals(Files.readAllBytes(path), file.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static SortedMap<String, byte[]> read(String name) throws IOException {
        var files = new TreeMap<String, byte[]>();
        for (String file : FILES) {
            try (InputStream resource = DemoModels.class.getResourceAsStream(name + "/" + file)) {
                files.put(file, resource.readAllBytes());
            }
        }
        return files;
    }

    private static String fingerprint(SortedMap<String, byte[]> files) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            files.values().forEach(digest::update);
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
