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
            // Another user's directory could not be written to.
            Path home =
                    Path.of(System.getProperty("java.io.tmpdir"), "gkt-demo-models-" + System.getProperty("user.name"));
            return unpack(Files.createDirectories(home), "demo-" + name, read(name));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Can't unpack the embedded " + name + " model into java.io.tmpdir: " + e.getMessage(), e);
        }
    }

    /**
     * Unpacks files to a directory of the given name, inside one that is named after their content. Several processes
     * may do so at once: each writes a directory of its own, and the first to be done moves it to that place.
     */
    static Path unpack(Path home, String name, SortedMap<String, byte[]> files) throws IOException {
        Path shared = home.resolve(fingerprint(files)).resolve(name);
        if (holds(shared, files)) {
            return shared;
        }
        Path workplace = Files.createTempDirectory(home, "unpacking-");
        Path own = Files.createDirectory(workplace.resolve(name));
        for (var file : files.entrySet()) {
            Files.write(own.resolve(file.getKey()), file.getValue());
        }
        Files.createDirectories(shared.getParent());
        try {
            Files.move(own, shared, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException taken) {
            // By another process, which may have left something else there.
            if (!holds(shared, files)) {
                return own;
            }
            for (String file : files.keySet()) {
                Files.delete(own.resolve(file));
            }
            Files.delete(own);
        }
        Files.delete(workplace);
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
