package io.gkt.reliability;

import static io.gkt.endtoend.Api.GUIDANCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.endtoend.Api;
import io.gkt.endtoend.ServiceProcess;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Models whose weights for one token are not numbers: requests that hold it fail, and no others. */
@Timeout(180)
class PoisonIT {

    private static final Path CHECKPOINT =
            Path.of("..", "inference", "src", "test", "resources", "golden", "checkpoints", "llama3-rope-untied");
    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String OUTPUT_HEAD = "lm_head.weight";
    private static final String POISON = "Z";

    @TempDir
    private static Path model;

    @BeforeAll
    static void poison() throws Exception {
        try (Stream<Path> files = Files.list(CHECKPOINT)) {
            for (Path file : files.toList()) {
                Files.copy(file, model.resolve(file.getFileName()));
            }
        }
        int token = JsonMapper.shared()
                .readTree(Files.readString(model.resolve("tokenizer.json")))
                .path("model")
                .path("vocab")
                .path(POISON)
                .asInt();
        Path weights = model.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        JsonNode tensors = JsonMapper.shared().readTree(new String(bytes, 8, header, StandardCharsets.UTF_8));
        // All bits set is not a number in every format, and none is zero: the model never says this token by itself.
        fillRow(bytes, 8 + header, tensors.path(EMBEDDING), token, (byte) -1);
        fillRow(bytes, 8 + header, tensors.path(OUTPUT_HEAD), token, (byte) 0);
        Files.write(weights, bytes);
    }

    private static void fillRow(byte[] bytes, int data, JsonNode tensor, int row, byte value) {
        int begin = data + tensor.path("data_offsets").path(0).asInt();
        int end = data + tensor.path("data_offsets").path(1).asInt();
        int length = (end - begin) / tensor.path("shape").path(0).asInt();
        Arrays.fill(bytes, begin + row * length, begin + (row + 1) * length, value);
    }

    private static String question(int i, boolean poisoned) {
        return "{\"id\": \"q%d%s\", \"prompt\": \"%d%s and so on\", \"max_tokens\": 24}"
                .formatted(i, poisoned ? "p" : "", 1000 + 37 * i, poisoned ? POISON : "");
    }

    @Test
    void aPoisonedRowFailsAloneAndTheOthersOfItsBatchSucceed() throws Exception {
        try (ServiceProcess teacher = ServiceProcess.teacher(
                ServiceProcess.ANY_PORT,
                "--gkt.teacher.model=" + model,
                "--gkt.teacher.max-batch-size=6",
                "--gkt.teacher.max-batch-delay=20ms")) {
            Api api = teacher.api();
            Map<Integer, String> alone = new HashMap<>();
            for (int i = 0; i < 30; i++) {
                alone.put(i, text(api.send(api.post(GUIDANCE, question(i, false)))));
            }

            List<CompletableFuture<HttpResponse<String>>> good = new ArrayList<>();
            List<CompletableFuture<HttpResponse<String>>> bad = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                good.add(api.sendAsync(api.post(GUIDANCE, question(i, false))));
                if (i % 3 == 0) {
                    bad.add(api.sendAsync(api.post(GUIDANCE, question(i, true))));
                }
            }

            for (CompletableFuture<HttpResponse<String>> call : bad) {
                assertThat(call.get().statusCode()).isEqualTo(500);
                assertThat(Api.error(call.get()).path("code").asString()).isEqualTo("internal_error");
            }
            for (int i = 0; i < 30; i++) {
                assertThat(text(good.get(i).get())).isEqualTo(alone.get(i));
            }
            assertThat(text(api.send(api.post(GUIDANCE, question(0, false))))).isEqualTo(alone.get(0));
            assertThat(api.get("/readyz").statusCode()).isEqualTo(200);
            assertThat(teacher.metric("gkt_teacher_requests_running")).isZero();
        }
    }

    private static String text(HttpResponse<String> response) {
        return Api.success(response).path("text").asString();
    }

    @Test
    void anEdgeThatCannotAnswerSaysSoAndGoesOn() throws Exception {
        try (ServiceProcess edge =
                ServiceProcess.start("edge-student", ServiceProcess.ANY_PORT, "--gkt.student.model=" + model)) {
            Api api = edge.api();
            String path = "/v1/completions";
            HttpResponse<String> whole =
                    api.send(api.post(path, "{\"prompt\": \"1 Z 2\", \"temperature\": 0, \"max_tokens\": 8}"));
            assertThat(whole.statusCode()).isEqualTo(500);
            assertThat(Api.error(whole).path("code").asString()).isEqualTo("internal_error");

            String stream = api.send(
                            api.post(
                                    path,
                                    "{\"prompt\": \"1 Z 2\", \"temperature\": 0, \"max_tokens\": 8, \"stream\": true, \"guidance\": {\"text\": \" one two\"}}"))
                    .body();
            assertThat(stream).contains(" one", "\"error\"").doesNotContain("[DONE]", "\"finish_reason\":\"");

            Api.success(api.send(api.post(path, "{\"prompt\": \"1 2\", \"temperature\": 0, \"max_tokens\": 8}")));
            assertThat(edge.metric("gkt_student_requests_running")).isZero();
        }
    }
}
