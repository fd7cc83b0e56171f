package io.gkt.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.endtoend.Description;
import io.gkt.endtoend.ServiceProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever is sent, both services answer as they say, and go on. A few hundred requests, or as many as
 * {@code -Dfuzz.requests} says; {@code -Dfuzz.seed} gives others, and {@code -Dfuzz.from} the number of the first.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS)
class FuzzIT {

    private static final String KEY = "sk-fuzz-0123456789abcdef";
    private static final Duration IDLE = Duration.ofSeconds(60);
    private static final int SOME_MEGABYTES = 250;
    /** Pools of threads and connections breathe. */
    private static final int SOME = 40;

    private record Footprint(double threads, double files, long megabytes) {

        static Footprint of(ServiceProcess service) throws Exception {
            return new Footprint(
                    service.metric("jvm_threads_live_threads"),
                    service.metric("process_files_open_files"),
                    service.residentBytes().orElse(0) >> 20);
        }
    }

    private static Map<String, String> environment() throws Exception {
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(KEY.getBytes()));
        return new HashMap<>(Map.of(
                "GKT_ACCESS_KEYS_FUZZ_SHA256", hash,
                // Who sends no more is given up soon, or most of the time would be spent waiting for them.
                "SERVER_TOMCAT_CONNECTION_TIMEOUT", "3s",
                "JAVA_TOOL_OPTIONS", "-Xmx384m"));
    }

    private static Service service(String name, ServiceProcess process) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(process.url() + "/v3/api-docs"))
                .header("Authorization", "Bearer " + KEY)
                .build();
        return new Service(
                name,
                process.url(),
                KEY,
                Description.of(HttpClient.newHttpClient().send(request, BodyHandlers.ofString())));
    }

    @Test
    void whateverIsSentIsAnsweredAsDescribed() throws Exception {
        int requests = Integer.getInteger("fuzz.requests", 500);
        int from = Integer.getInteger("fuzz.from", 0);
        long seed = Long.getLong("fuzz.seed", 1);
        Map<String, String> ofEdge = environment();
        try (ServiceProcess teacher = ServiceProcess.start("cloud-teacher", environment())) {
            ofEdge.put("GKT_STUDENT_TEACHER_URL", teacher.url().toString());
            ofEdge.put("GKT_STUDENT_TEACHER_APIKEY", KEY);
            try (ServiceProcess edge = ServiceProcess.start("edge-student", ofEdge)) {
                Attempts attempts = Attempts.of(service("edge", edge), service("teacher", teacher), seed);
                Fuzz fuzz = new Fuzz(attempts);
                // Pools fill and code is compiled.
                fuzz.run(from, from + requests / 4);
                List<Footprint> before = List.of(Footprint.of(edge), Footprint.of(teacher));
                long begin = System.nanoTime();
                fuzz.run(from + requests / 4, from + requests);
                System.out.printf(
                        "%d requests, seed %d: %s; the last three quarters in %d s%n",
                        requests, seed, fuzz.statuses(), TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
                assertThat(fuzz.findings()).as("what was found").isEmpty();
                afterwards(
                        edge,
                        "gkt_student",
                        "/v1/chat/completions",
                        "\"messages\": [{\"role\": \"user\", \"content\": \"1 + 1?\"}]",
                        before.get(0));
                afterwards(
                        teacher,
                        "gkt_teacher",
                        "/v1/guidance",
                        "\"id\": \"after\", \"prompt\": \"1 + 1?\"",
                        before.get(1));
            }
        }
    }

    private static void afterwards(
            ServiceProcess service, String metrics, String path, String request, Footprint before) throws Exception {
        for (String gauge : List.of("_requests_running", "_requests_waiting")) {
            service.await("idle", IDLE, () -> service.metric(metrics + gauge) == 0);
        }
        assertThat(Journal.faults(service.log())).as("lines of the log").isEmpty();
        HttpRequest good = HttpRequest.newBuilder(URI.create(service.url() + path))
                .header("Authorization", "Bearer " + KEY)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{" + request + "}"))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(good, BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
        Footprint after = Footprint.of(service);
        System.out.println(metrics + ": " + before + " -> " + after);
        assertThat(after.threads()).isLessThan(before.threads() + SOME);
        assertThat(after.files()).isLessThan(before.files() + SOME);
        assertThat(after.megabytes()).isLessThan(before.megabytes() + SOME_MEGABYTES);
    }
}
