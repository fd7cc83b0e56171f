package io.gkt.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.endtoend.Api;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** Issues real certificates, as PEM files and for clients in this process; the JDK's keytool makes them. */
final class Authority {

    private static final String PASSWORD = "changeit";
    private static final String OWN = "authority";
    private static final Base64.Encoder PEM = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private final Path directory;
    private final Path store;

    /** Files of what somebody is known by. */
    record Identity(Path certificate, Path key) {}

    /** @param directory does not exist yet; its name is the authority's */
    Authority(Path directory) throws Exception {
        this.directory = Files.createDirectory(directory);
        this.store = directory.resolve("store.p12");
        generate(OWN, "-ext", "bc:critical=ca:true");
        write(certificate(), "CERTIFICATE", keys().getCertificate(OWN).getEncoded());
    }

    /** The file of its own certificate, by which others trust those that it issues. */
    Path certificate() {
        return directory.resolve("ca.crt");
    }

    /**
     * @param name    whose it is
     * @param options of keytool, such as {@code -ext san=dns:localhost}
     */
    Identity issue(String name, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of("-signer", OWN));
        all.addAll(Arrays.asList(options));
        generate(name, all.toArray(String[]::new));
        Identity identity = new Identity(directory.resolve(name + ".crt"), directory.resolve(name + ".key"));
        KeyStore keys = keys();
        write(identity.certificate, "CERTIFICATE", keys.getCertificate(name).getEncoded());
        write(
                identity.key,
                "PRIVATE KEY",
                keys.getKey(name, PASSWORD.toCharArray()).getEncoded());
        return identity;
    }

    /** A client that trusts this authority alone, and shows the certificate of that name; null shows none. */
    HttpClient client(String name) throws Exception {
        return client(name, trustManagers());
    }

    /** The same, but trusts everybody. */
    HttpClient credulous(String name) throws Exception {
        return client(name, new TrustManager[] {new Credulous()});
    }

    private HttpClient client(String name, TrustManager[] trusted) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers(name), trusted, null);
        return Api.client().sslContext(context).build();
    }

    private static final class Credulous extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private KeyManager[] keyManagers(String name) throws GeneralSecurityException, IOException {
        if (name == null) {
            return null;
        }
        KeyStore one = KeyStore.getInstance("PKCS12");
        one.load(null, null);
        KeyStore all = keys();
        one.setKeyEntry(name, all.getKey(name, PASSWORD.toCharArray()), PASSWORD.toCharArray(), new Certificate[] {
            all.getCertificate(name)
        });
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(one, PASSWORD.toCharArray());
        return keys.getKeyManagers();
    }

    private TrustManager[] trustManagers() throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(OWN, keys().getCertificate(OWN));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return trust.getTrustManagers();
    }

    private KeyStore keys() throws GeneralSecurityException, IOException {
        return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    }

    private void generate(String name, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                name,
                "-dname",
                "CN=" + name + ",O=" + directory.getFileName(),
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
        command.addAll(Arrays.asList(options));
        Process keytool = new ProcessBuilder(command).inheritIO().start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
    }

    private static void write(Path file, String type, byte[] content) throws IOException {
        Files.writeString(
                file,
                "-----BEGIN " + type + "-----\n" + PEM.encodeToString(content) + "\n-----END " + type + "-----\n",
                StandardCharsets.US_ASCII);
    }
}
