package io.gkt.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stops a start is said in one line, before anything else is. */
class StartIT {

    private static final String EDGE = "edge-student";
    private static final Path MODEL = Path.of("../inference/src/test/resources/golden/checkpoints/llama-tied");

    @TempDir
    private Path directory;

    private record Ended(int exitCode, String output, String errors) {}

    private Ended run(ProcessBuilder program) throws Exception {
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");
        long began = System.nanoTime();
        Process process = program.redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("has ended").isTrue();
            List<String> command = program.command();
            System.out.printf(
                    "%d ms: %s%n",
                    (System.nanoTime() - began) / 1_000_000, String.join(" ", command.subList(3, command.size())));
            return new Ended(process.exitValue(), Files.readString(output), Files.readString(errors));
        } finally {
            process.destroyForcibly();
        }
    }

    private static void assertRefused(Ended ended, String... words) {
        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.output()).isEmpty();
        assertThat(ended.errors()).startsWith("Can't start: ").hasLineCount(1).contains(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "edge-student  | --gkt.student.model=/no/such/place     | /no/such/place does not exist",
                "cloud-teacher | --gkt.teacher.model=/no/such/place     | Set gkt.teacher.model to",
                "edge-student  | --gkt.student.queue-capacity=-1        | queue-capacity is -1, but must be at least 0",
                "edge-student  | --gkt.student.guidance.max-tokens=0    | gkt.student.guidance.max-tokens is 0",
                "cloud-teacher | --gkt.teacher.max-batch-delay=1h       | gkt.teacher.max-batch-delay is 3600s, but must be at most 10s",
                "edge-student  | --gkt.student.guidance.mode=always     | one of auto, off, only",
                "edge-student  | --gkt.student.teacher.url=http://a:1,b c | a URL such as",
                "cloud-teacher | --gkt.teacher.backend=openai            | gkt.teacher.openai.url is not set",
                "edge-student  | --gkt.student.backend=vllm              | one of engine, openai",
                "edge-student  | --gkt.student.request-timeout=soon     | a time such as",
                "edge-student  | --gkt.student.kv-cache-limit=1KB       | 2 (keys and values) x",
                "edge-student  | --gkt.student.queue-capcity=5          | Did you mean gkt.student.queue-capacity?",
                "edge-student  | --gkt.teacher.url=http://127.0.0.1     | Did you mean gkt.student.teacher.url?",
                "cloud-teacher | --gkt.teacher.max-batch-sise=5         | gkt.teacher.max-batch-size",
                "edge-student  | --gkt.access.keys.shop.fil=/key        | gkt.access.keys.shop.fil is not a setting",
                "edge-student  | --gkt.access.keys.shop.file=/no/key    | gkt.access.keys.shop.file is /no/key",
                "cloud-teacher | --server.address=0.0.0.0               | Other machines could call without a key",
                "cloud-teacher | --gkt.teacher.max-step-tokens=1        | max-step-tokens must be at least max-batch-size",
                "edge-student  | --server.port=http                     | server.port is 'http'",
                "edge-student  | --spring.config.import=/no/such/file   | The settings can't be read: "
            })
    void aWrongSettingIsNamed(String module, String setting, String words) throws Exception {
        assertRefused(run(ServiceProcess.program(module, setting)), words);
    }

    @Test
    void anUnsupportedArchitectureIsNamed() throws Exception {
        Files.writeString(directory.resolve("config.json"), "{\"model_type\": \"gpt2\"}");

        assertRefused(
                run(ServiceProcess.program(EDGE, "--gkt.student.model=" + directory)),
                directory.toString(),
                "gpt2",
                "llama, mistral, qwen2 and qwen3");
    }

    /** In a heap that has no room for what the files ask for. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model.safetensors   | \\377\\377\\377\\377\\377\\377\\377\\177{} | header of 9223372036854775807 bytes",
                "model.safetensors   | (truncated)                     | can't fit into a file of 5000 bytes",
                "config.json         | (huge)                          | 1024 MB",
                "config.json         | {\"model_type\":\"llama\",\"hidden_size\":2147483646,\"num_attention_heads\":1,\"num_hidden_layers\":1000000000,\"max_position_embeddings\":2147483647,\"intermediate_size\":2147483647,\"vocab_size\":2147483647} | The KV cache would take",
                "tokenizer.json      | (truncated)                     | tokenizer.json is not valid JSON",
                "chat_template.jinja | {% for m in messages %}         | the chat template in"
            })
    void aHostileModelDirectoryIsRefused(String file, String content, String words) throws Exception {
        for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
            Files.copy(MODEL.resolve(name), directory.resolve(name));
        }
        Path hostile = directory.resolve(file);
        switch (content) {
            case "(truncated)" -> Files.write(hostile, Arrays.copyOf(Files.readAllBytes(hostile), 5000));
            case "(huge)" -> {
                try (RandomAccessFile huge = new RandomAccessFile(hostile.toFile(), "rw")) {
                    huge.setLength(1L << 30);
                }
            }
            default -> Files.write(hostile, content.translateEscapes().getBytes(StandardCharsets.ISO_8859_1));
        }
        ProcessBuilder program = ServiceProcess.program(EDGE, "--server.port=0", "--gkt.student.model=" + directory);
        program.command().add(1, "-Xmx256m");

        Ended ended = run(program);

        assertThat(ended.errors()).startsWith("Can't start: ").hasLineCount(1).contains(words);
        assertThat(ended.exitCode()).isEqualTo(1);
    }

    @Test
    void aPortInUseIsNamed() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertRefused(
                    run(ServiceProcess.program(EDGE, "--server.port=" + other.getLocalPort())),
                    "127.0.0.1 port " + other.getLocalPort(),
                    "server.port");
        }
    }

    /** Kubernetes adds GKT_STUDENT_SERVICE_HOST and the like for a service that is called gkt-student. */
    @Test
    void aMisspelledVariableIsNamedAndForeignOnesAreNot() throws Exception {
        ProcessBuilder program = ServiceProcess.program(EDGE, "--server.port=0");
        program.environment()
                .putAll(Map.of(
                        "GKT_STUDENT_SERVICE_HOST", "10.0.0.1",
                        "GKT_STUDENT_PORT_80_TCP_PROTO", "tcp",
                        "GKT_TEACHER_MAXBATCHSIZE", "4",
                        "GKT_ACCESS_KEYS_SHOP_SHA256", "00",
                        "GKT_STUDENT_GUIDANCE_MAX_TOKENS", "4",
                        "GKT_STUDENT_QUEUE_CAPCITY", "4"));

        assertRefused(run(program), "GKT_STUDENT_QUEUE_CAPCITY", "gkt.student.queue-capacity");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application.properties      | gkt.student.queue-capcity=4 | Did you mean gkt.student.queue-capacity?",
                "application.yaml            | 'gkt: {student: {threads: 0}}' | gkt.student.threads is 0",
                "application-home.properties | gkt.student.request-timeout=soon | is 'soon' (",
                "config/application.yaml     | 'gkt: {student: {'            | The settings can't be read: "
            })
    void aWrongSettingInAFileIsNamed(String file, String content, String words) throws Exception {
        Files.createDirectories(directory.resolve(file).getParent());
        Files.writeString(directory.resolve(file), content);
        ProcessBuilder program = ServiceProcess.program(EDGE, "--spring.profiles.active=home");
        program.directory(directory.toFile());

        assertRefused(run(program), words);
    }

    @Test
    void aWrongSettingInJsonIsNamed() throws Exception {
        ProcessBuilder program = ServiceProcess.program(EDGE, "--server.port=0");
        program.environment().put("SPRING_APPLICATION_JSON", "{\"gkt\": {\"student\": {\"precision\": \"int4\"}}}");

        assertRefused(run(program), "gkt.student.precision is 'int4'", "one of float32, bfloat16, float16, int8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"edge-student", "cloud-teacher"})
    void helpExplainsTheProgram(String module) throws Exception {
        Ended ended = run(ServiceProcess.program(module, "--help"));

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.errors()).isEmpty();
        assertThat(ended.output())
                .startsWith(module + ": ")
                .contains("java -jar " + module + ".jar --gkt.", "--server.port=PORT", "(default 2MB)");
        assertThat(ended.output().lines()).allMatch(line -> line.length() <= 120);
    }
}
