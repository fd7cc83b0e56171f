package io.gkt.endtoend;

import static io.gkt.endtoend.Api.CHAT;
import static io.gkt.endtoend.Api.GUIDANCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** As many threads compute in a service as its settings and the machine say, and all of them for one. */
@EnabledOnOs(OS.LINUX)
@Timeout(180)
class ThreadsIT {

    private static final String TEACHER = "cloud-teacher";
    private static final String EDGE = "edge-student";
    private static final String OMP = "OMP_NUM_THREADS";
    private static final Map<String, String> UNSET = Map.of(OMP, "");
    private static final String[] FOR_ALL = {"--server.address=0.0.0.0", "--gkt.access.open=true"};
    /** An address that nobody has; see RFC 5737. */
    private static final String ELSEWHERE = "--gkt.student.teacher.url=http://192.0.2.1:8090";
    /** Long enough that its step is shared among the threads, though the models are small. */
    private static final String LONG_QUESTION = Problems.question(2).repeat(8);

    private static int cores;
    private static int half;

    @BeforeAll
    static void countCores() throws IOException {
        int processors = Runtime.getRuntime().availableProcessors();
        half = Math.max(1, processors / 2);
        // Where processors share a core, Java counts all of them, and libtorch the core.
        try (Stream<Path> files = Files.list(Path.of("/sys/devices/system/cpu"))) {
            long all = files.map(cpu -> cpu.resolve("topology/thread_siblings_list"))
                    .filter(Files::exists)
                    .map(ThreadsIT::read)
                    .distinct()
                    .count();
            cores = all == 0 ? processors : (int) Math.min(all, processors);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void servicesThatHaveTheirMachineAloneTakeAllCores() throws Exception {
        try (ServiceProcess teacher = ServiceProcess.start(TEACHER, UNSET, FOR_ALL)) {
            assertThreads(teacher, cores, guidance(teacher.api()));
        }
        try (ServiceProcess edge = ServiceProcess.start(EDGE, UNSET, ELSEWHERE)) {
            assertThreads(edge, cores, answers(edge.api()));
        }
    }

    @Test
    void servicesOnOneMachineTakeHalfOfTheCoresEach() throws Exception {
        try (ServiceProcess teacher = ServiceProcess.start(TEACHER, UNSET);
                ServiceProcess edge = ServiceProcess.start(EDGE, UNSET, guidedBy(teacher))) {
            assertThreads(teacher, half, guidance(teacher.api()));
            assertThreads(edge, half, answers(edge.api()));
            assertThat(Api.outcome(Api.success(edge.api().send(edge.api().post(CHAT, Problems.chat(1))))))
                    .isIn("used", "complete");
        }
    }

    /** More than anything else would give. */
    @Test
    void whatIsSetCounts() throws Exception {
        int set = Runtime.getRuntime().availableProcessors() + 1;
        Map<String, String> one = Map.of(OMP, "1");
        try (ServiceProcess teacher = ServiceProcess.start(TEACHER, one, "--gkt.teacher.threads=" + set);
                ServiceProcess edge =
                        ServiceProcess.start(EDGE, one, "--gkt.student.threads=" + set, guidedBy(teacher))) {
            assertThreads(teacher, set, guidance(teacher.api()));
            assertThreads(edge, set, answers(edge.api()));
        }
    }

    /** All cores where it would have been half of them, and one where it would have been all. */
    @Test
    void elseTheVariableOfOpenMpCounts() throws Exception {
        try (ServiceProcess teacher = ServiceProcess.start(TEACHER, Map.of(OMP, Integer.toString(cores)))) {
            assertThreads(teacher, cores, guidance(teacher.api()));
        }
        try (ServiceProcess edge = ServiceProcess.start(EDGE, Map.of(OMP, "1"), ELSEWHERE)) {
            assertThreads(edge, 1, answers(edge.api()));
        }
    }

    private static String guidedBy(ServiceProcess teacher) {
        return "--gkt.student.teacher.url=" + teacher.url();
    }

    private static Stream<HttpRequest> guidance(Api teacher) {
        return Stream.of(
                teacher.post(GUIDANCE, "{\"id\": \"short\", \"prompt\": \"" + Problems.question(1) + "\"}"),
                teacher.post(GUIDANCE, "{\"id\": \"long\", \"prompt\": \"" + LONG_QUESTION + "\"}"));
    }

    private static Stream<HttpRequest> answers(Api edge) {
        return Stream.of(
                edge.post(CHAT, Problems.chat(1)),
                edge.post(CHAT, Problems.chat(2, "\"guidance\": {\"mode\": \"off\"}")),
                edge.post("/v1/completions", "{\"prompt\": \"" + LONG_QUESTION + "\", \"max_tokens\": 16}"));
    }

    /**
     * OpenMP gives each thread that computes in parallel workers of its own, and none of them spins any more once all
     * together are more than the cores, which makes short steps slow. So only the decoder's thread may have any.
     */
    private static void assertThreads(ServiceProcess service, int expected, Stream<HttpRequest> requests)
            throws Exception {
        assertThat(service.log()).contains(" MB of weights, " + expected + " threads");

        List<LibraryThread> before = LibraryThread.of(service);
        succeed(service.api(), requests);
        List<LibraryThread> after = LibraryThread.of(service);

        assertThat(after.stream().filter(thread -> !before.contains(thread)))
                .as("what has computed, beside the decoder's thread")
                .hasSize(expected - 1)
                .allMatch(thread -> thread.name().equals("decoder"));
        assertThat(after.stream().filter(before::contains))
                .as("what has not, of which libtorch has as many for a kind of arithmetic that no model here needs")
                .hasSizeLessThan(expected);
    }

    /** All at once, so that each has a thread of its own. */
    private static void succeed(Api api, Stream<HttpRequest> requests) throws Exception {
        Stream<HttpRequest> others = Stream.of(
                api.post("/tokenize", "{\"prompt\": \"" + LONG_QUESTION + "\"}"),
                HttpRequest.newBuilder(api.url().resolve("/readyz")).build(),
                HttpRequest.newBuilder(api.url().resolve("/actuator/prometheus"))
                        .build());
        List<CompletableFuture<HttpResponse<String>>> responses =
                Stream.concat(requests, others).map(api::sendAsync).toList();
        for (CompletableFuture<HttpResponse<String>> response : responses) {
            assertThat(response.get().statusCode()).as(response.get().body()).isEqualTo(200);
        }
    }
}
