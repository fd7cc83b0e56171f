package io.gkt.reliability;

import static io.gkt.endtoend.Api.CHAT;
import static io.gkt.endtoend.Api.GUIDANCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.endtoend.Api;
import io.gkt.endtoend.Problems;
import io.gkt.endtoend.ServiceProcess;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who can't be answered soon is told so at once, and no caller keeps another out. */
@Timeout(240)
class OverloadIT {

    /** Where Java may take gigabytes, it does before it collects what is free. */
    private static final Map<String, String> SMALL_HEAP = Map.of("JAVA_TOOL_OPTIONS", "-Xmx256m");

    private static final int CLIENTS = 1_000;
    private static final String FIXED_LENGTH = "\"min_tokens\": 40, \"max_tokens\": 40";
    private static final int LONG = 100;
    /** Fifteen turns of forty tokens on a busy machine that runs tests; a thousand would take a minute. */
    private static final long LONGEST_MILLIS = 15_000;

    private static final String GREEDY = "greedy-key-0123456789";
    private static final String MODEST = "modest-key-0123456789";

    @TempDir
    private static Path directory;

    private record Reply(int status, boolean saysWhenToRetry, long millis) {}

    private static CompletableFuture<Reply> send(Api api, HttpRequest request) {
        long started = System.nanoTime();
        return api.sendAsync(request)
                .thenApply(response -> new Reply(
                        response.statusCode(),
                        response.headers().firstValue("Retry-After").isPresent(),
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started)));
    }

    private static void assertSheds(ServiceProcess service, String metrics, IntFunction<HttpRequest> request)
            throws Exception {
        long memory = 0;
        for (int wave = 0; wave < 3; wave++) {
            int first = wave * CLIENTS;
            List<CompletableFuture<Reply>> sent = IntStream.range(first, first + CLIENTS)
                    .mapToObj(i -> send(service.api(), request.apply(i)))
                    .toList();
            List<Reply> replies = new ArrayList<>();
            for (CompletableFuture<Reply> reply : sent) {
                replies.add(reply.get(60, TimeUnit.SECONDS));
            }

            assertThat(replies).extracting(Reply::status).contains(200, 429).isSubsetOf(200, 429, 503);
            assertThat(replies).filteredOn(reply -> reply.status() != 200).allMatch(Reply::saysWhenToRetry);
            long[] admitted = replies.stream()
                    .filter(reply -> reply.status() == 200)
                    .mapToLong(Reply::millis)
                    .sorted()
                    .toArray();
            assertThat(admitted[admitted.length * 95 / 100]).isLessThan(LONGEST_MILLIS);
            service.await(
                    "idle",
                    Duration.ofSeconds(5),
                    () -> service.metric(metrics + "running") + service.metric(metrics + "waiting") == 0);
            Reply next = send(service.api(), request.apply(-1 - wave)).get(60, TimeUnit.SECONDS);
            assertThat(next.status()).as("right after the rush").isEqualTo(200);
            long now = service.residentBytes().orElse(0);
            if (wave == 1) {
                memory = now;
            } else if (wave == 2) {
                assertThat(now - memory).as("growth of memory").isLessThan(64L << 20);
            }
        }
        assertThat(service.metric("jvm_threads_live_threads")).isLessThan(300);
    }

    @Test
    void aThousandClientsOfAnEdgeWhoseQueueTakesTen() throws Exception {
        try (ServiceProcess edge = ServiceProcess.start(
                "edge-student",
                SMALL_HEAP,
                "--gkt.student.max-concurrent-generations=2",
                "--gkt.student.queue-capacity=10")) {
            assertSheds(edge, "gkt_student_requests_", i -> edge.api().post(CHAT, Problems.chat(i & 15, FIXED_LENGTH)));
        }
    }

    @Test
    void aThousandClientsOfATeacherWhoseQueueTakesTen() throws Exception {
        try (ServiceProcess teacher = ServiceProcess.start(
                "cloud-teacher", SMALL_HEAP, "--gkt.teacher.max-batch-size=2", "--gkt.teacher.queue-capacity=10")) {
            assertSheds(teacher, "gkt_teacher_requests_", i -> teacher.api().post(GUIDANCE, guidance("r" + i)));
        }
    }

    private static HttpRequest longGuidance(Api api, int id, long deadlineMillis) {
        String json =
                "{\"id\": \"w" + id + "\", \"prompt\": \"Tom has\", \"min_tokens\": 100, \"max_tokens\": " + LONG + "}";
        return api.post(
                GUIDANCE, json.getBytes(StandardCharsets.UTF_8), "X-GKT-Deadline-Ms", Long.toString(deadlineMillis));
    }

    /**
     * At twice the rate that it can answer, each request with twice the time that an answer takes in a full batch. First
     * come, first served would spend nearly all its steps on answers that come too late.
     */
    @Test
    void aTeacherWithTwiceTheWorkThatItCanDoGivesAsMuchGuidanceInTime() throws Exception {
        int slots = 4;
        try (ServiceProcess teacher =
                ServiceProcess.teacher(ServiceProcess.ANY_PORT, "--gkt.teacher.max-batch-size=" + slots)) {
            AtomicInteger ids = new AtomicInteger();
            long[] full = new long[0];
            long began = 0;
            // Once to warm up.
            for (int round = 0; round < 2; round++) {
                began = System.nanoTime();
                List<CompletableFuture<long[]>> users = IntStream.range(0, slots)
                        .mapToObj(user -> CompletableFuture.supplyAsync(() -> IntStream.range(0, 25)
                                .mapToLong(i -> send(
                                                teacher.api(),
                                                longGuidance(teacher.api(), ids.incrementAndGet(), 60_000))
                                        .join()
                                        .millis())
                                .toArray()))
                        .toList();
                full = users.stream()
                        .flatMapToLong(user -> LongStream.of(user.join()))
                        .sorted()
                        .toArray();
            }
            double capacity = full.length / ((System.nanoTime() - began) / 1e9);
            long deadline = 2 * full[full.length / 2];

            double rowsBefore = teacher.metric("gkt_teacher_batch_size_sum");
            List<CompletableFuture<Reply>> sent = new ArrayList<>();
            began = System.nanoTime();
            int requests = 400;
            for (int i = 0; i < requests; i++) {
                long due = began + (long) (i / (2 * capacity) * 1e9);
                TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
                sent.add(send(teacher.api(), longGuidance(teacher.api(), ids.incrementAndGet(), deadline)));
            }
            List<Reply> replies = sent.stream().map(CompletableFuture::join).toList();
            double seconds = (System.nanoTime() - began) / 1e9;
            double rows = teacher.metric("gkt_teacher_batch_size_sum") - rowsBefore;

            assertThat(replies).extracting(Reply::status).contains(200, 429).isSubsetOf(200, 429, 504);
            assertThat(replies).filteredOn(reply -> reply.status() == 429).allMatch(Reply::saysWhenToRetry);
            assertThat(teacher.metric("gkt_teacher_rejected_total{reason=\"too_late\"}"))
                    .isPositive();
            long inTime =
                    replies.stream().filter(reply -> reply.status() == 200).count();
            assertThat(inTime * LONG / rows)
                    .as("share of its work that came in time")
                    .isGreaterThan(0.6);
            assertThat(inTime / seconds).as("in time a second, of " + capacity).isGreaterThan(0.4 * capacity);
        }
    }

    private static String guidance(String id) {
        return "{\"id\": \"" + id + "\", \"prompt\": \"Tom has\", " + FIXED_LENGTH + "}";
    }

    private static String[] keys(String... settings) throws Exception {
        Files.writeString(directory.resolve("greedy"), GREEDY);
        Files.writeString(directory.resolve("modest"), MODEST);
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("--gkt.access.keys.greedy.file=" + directory.resolve("greedy"));
        all.add("--gkt.access.keys.modest.file=" + directory.resolve("modest"));
        return all.toArray(String[]::new);
    }

    /** Thirty clients share a key and never pause; one client has a key of its own and asks once after the other. */
    private static void assertFair(ServiceProcess service, String path, IntFunction<String> json) throws Exception {
        AtomicInteger ids = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> greedy = IntStream.range(0, 30)
                .mapToObj(i -> new Thread(() -> {
                    while (!over.get()) {
                        try {
                            int status = post(service, path, GREEDY, json.apply(ids.incrementAndGet()))
                                    .statusCode();
                            (status == 200 ? answered : refused).incrementAndGet();
                            Thread.sleep(status == 200 ? 0 : 20);
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    }
                }))
                .toList();
        greedy.forEach(Thread::start);
        try {
            service.await("crowded", Duration.ofSeconds(20), () -> refused.get() > 30);
            int before = answered.get();
            for (int i = 0; i < 15; i++) {
                HttpResponse<String> response = post(service, path, MODEST, json.apply(ids.incrementAndGet()));
                assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            }
            assertThat(answered.get() - before)
                    .as("of the greedy in the time of 15 of the modest: one in turn, not a queue of ten")
                    .isLessThan(15 * 5);
        } finally {
            over.set(true);
            for (Thread each : greedy) {
                each.join();
            }
        }
    }

    private static HttpResponse<String> post(ServiceProcess service, String path, String key, String json)
            throws Exception {
        return service.api()
                .send(service.api()
                        .post(path, json.getBytes(StandardCharsets.UTF_8), "Authorization", "Bearer " + key));
    }

    @Test
    void aGreedyKeyOfAnEdgeStarvesNoOther() throws Exception {
        try (ServiceProcess edge = ServiceProcess.start(
                "edge-student",
                ServiceProcess.ANY_PORT,
                keys("--gkt.student.max-concurrent-generations=1", "--gkt.student.queue-capacity=10"))) {
            assertFair(edge, CHAT, i -> Problems.chat(i & 15, FIXED_LENGTH));
        }
    }

    @Test
    void aGreedyKeyOfATeacherStarvesNoOther() throws Exception {
        try (ServiceProcess teacher = ServiceProcess.teacher(
                ServiceProcess.ANY_PORT, keys("--gkt.teacher.max-batch-size=1", "--gkt.teacher.queue-capacity=10"))) {
            assertFair(teacher, GUIDANCE, i -> guidance("f" + i));
        }
    }
}
