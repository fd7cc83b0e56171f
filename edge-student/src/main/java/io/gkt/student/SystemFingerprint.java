package io.gkt.student;

import io.gkt.inference.LanguageModel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What a text depends on besides request and guidance: model, precision and version. */
final class SystemFingerprint {

    private SystemFingerprint() {}

    static String of(LanguageModel model) {
        String version = SystemFingerprint.class.getPackage().getImplementationVersion();
        String all = model.fingerprint() + " " + model.decoder().precision() + " " + version;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
            return "fp_" + HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
