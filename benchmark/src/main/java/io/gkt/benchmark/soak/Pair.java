package io.gkt.benchmark.soak;

import io.gkt.benchmark.fault.FaultyNetwork;
import io.gkt.benchmark.process.ServiceJars;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** An edge, its teacher, and a network between them that is not to be trusted. All callers have keys. */
final class Pair implements AutoCloseable {

    /** How long the edge waits for guidance. */
    static final Duration GUIDANCE_TIMEOUT = Duration.ofSeconds(1);
    /** Callers of either service, by their keys. The last one may have two requests under way. */
    static final List<String> KEYS = List.of("soak-shop", "soak-clinic", "soak-school");

    private static final Map<String, String> ENVIRONMENT = Map.of(
            // What grows is not to be the heap, nor the pool of threads for requests.
            "JAVA_TOOL_OPTIONS", "-Xms384m -Xmx384m -XX:+AlwaysPreTouch",
            "SERVER_TOMCAT_THREADS_MINSPARE", "200",
            "OMP_NUM_THREADS", "1",
            "OMP_WAIT_POLICY", "PASSIVE");

    private final Mortal teacher;
    private final FaultyNetwork network;
    private final Mortal edge;

    Pair(ServiceJars jars) throws IOException, InterruptedException {
        teacher = new Mortal(() -> jars.teacher(ENVIRONMENT, keys()));
        try {
            network = new FaultyNetwork(teacher.process().url());
            List<String> settings = new ArrayList<>(keys());
            settings.add("--gkt.student.teacher.api-key=" + KEYS.get(0));
            settings.add("--gkt.student.guidance.timeout=" + GUIDANCE_TIMEOUT.toMillis() + "ms");
            settings.add("--gkt.student.request-timeout=30s");
            edge = new Mortal(() -> jars.edge(network.url(), ENVIRONMENT, settings));
        } catch (IOException | InterruptedException | RuntimeException e) {
            teacher.close();
            throw e;
        }
    }

    private static List<String> keys() {
        List<String> settings = new ArrayList<>();
        for (String key : KEYS) {
            settings.add("--gkt.access.keys." + key + ".sha256=" + sha256(key));
        }
        settings.add("--gkt.access.keys." + KEYS.get(KEYS.size() - 1) + ".max-concurrent=2");
        return settings;
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    Mortal teacher() {
        return teacher;
    }

    Mortal edge() {
        return edge;
    }

    FaultyNetwork network() {
        return network;
    }

    void reviveTeacher() throws IOException, InterruptedException {
        teacher.revive();
        network.teacher(teacher.process().url());
    }

    @Override
    public void close() throws IOException {
        edge.close();
        network.close();
        teacher.close();
    }
}
