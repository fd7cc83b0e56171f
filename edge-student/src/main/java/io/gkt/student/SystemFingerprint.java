package io.gkt.student;

import io.gkt.student.generation.StudentBackend;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What a text depends on besides request and guidance: what generates, and our version. */
final class SystemFingerprint {

    private SystemFingerprint() {}

    static String of(StudentBackend backend) {
        String version = SystemFingerprint.class.getPackage().getImplementationVersion();
        String all = backend.fingerprint() + " " + version;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
            return "fp_" + HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
