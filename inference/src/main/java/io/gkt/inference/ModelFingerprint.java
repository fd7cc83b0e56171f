package io.gkt.inference;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Tells models apart by their files: of each the name, the size, and its first and last 64 KiB. Training touches all
 * weights, so that reading gigabytes would tell no more.
 */
final class ModelFingerprint {

    private static final int EDGE_BYTES = 1 << 16;

    private ModelFingerprint() {}

    static String of(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> model = files.filter(
                            file -> file.getFileName().toString().matches(".*\\.(json|jinja|safetensors)"))
                    .sorted()
                    .toList();
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : model) {
                update(digest, file);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static void update(MessageDigest digest, Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            digest.update((path.getFileName() + ":" + file.length() + "\n").getBytes(StandardCharsets.UTF_8));
            byte[] edge = new byte[(int) Math.min(EDGE_BYTES, file.length())];
            file.readFully(edge);
            digest.update(edge);
            file.seek(file.length() - edge.length);
            file.readFully(edge);
            digest.update(edge);
        }
    }
}
