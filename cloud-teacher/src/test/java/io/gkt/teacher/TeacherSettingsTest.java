package io.gkt.teacher;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.inference.decoder.Precision;
import io.gkt.service.Backend;
import io.gkt.service.upstream.PromptForm;
import io.gkt.service.upstream.UpstreamSettings;
import io.gkt.teacher.batching.Batching;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.unit.DataSize;

class TeacherSettingsTest {

    @EnableConfigurationProperties(TeacherSettings.class)
    static class Configuration {}

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withUserConfiguration(Configuration.class);

    @Test
    void nothingNeedsToBeSet() {
        runner.run(context -> assertThat(context.getBean(TeacherSettings.class))
                .isEqualTo(new TeacherSettings(
                        Backend.ENGINE,
                        new UpstreamSettings(null, null, PromptForm.TOKENS, null, null, Duration.ofSeconds(1), null),
                        null,
                        Precision.FLOAT32,
                        null,
                        DataSize.ofGigabytes(2),
                        null,
                        Batching.CONTINUOUS,
                        16,
                        Duration.ZERO,
                        256,
                        256,
                        1024,
                        Duration.ofSeconds(60))));
    }

    @Test
    void everythingCanBeSet() {
        runner.withPropertyValues(
                        "gkt.teacher.backend=openai",
                        "gkt.teacher.openai.url=http://vllm:8000",
                        "gkt.teacher.openai.model=large",
                        "gkt.teacher.openai.prompt-as=messages",
                        "gkt.teacher.openai.api-key=sk-1",
                        "gkt.teacher.openai.api-key-file=/key",
                        "gkt.teacher.openai.connect-timeout=2s",
                        "gkt.teacher.openai.ssl-bundle=private",
                        "gkt.teacher.model=/models/a",
                        "gkt.teacher.precision=int8",
                        "gkt.teacher.context-length=100",
                        "gkt.teacher.kv-cache-limit=1MB",
                        "gkt.teacher.threads=3",
                        "gkt.teacher.batching=static",
                        "gkt.teacher.max-batch-size=2",
                        "gkt.teacher.max-batch-delay=0ms",
                        "gkt.teacher.max-step-tokens=7",
                        "gkt.teacher.queue-capacity=3",
                        "gkt.teacher.max-tokens=4",
                        "gkt.teacher.default-deadline=5s")
                .run(context -> assertThat(context.getBean(TeacherSettings.class))
                        .isEqualTo(new TeacherSettings(
                                Backend.OPENAI,
                                new UpstreamSettings(
                                        URI.create("http://vllm:8000"),
                                        "large",
                                        PromptForm.MESSAGES,
                                        "sk-1",
                                        Path.of("/key"),
                                        Duration.ofSeconds(2),
                                        "private"),
                                Path.of("/models/a"),
                                Precision.INT8,
                                100,
                                DataSize.ofMegabytes(1),
                                3,
                                Batching.STATIC,
                                2,
                                Duration.ZERO,
                                7,
                                3,
                                4,
                                Duration.ofSeconds(5))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "context-length=0",
                "threads=0",
                "max-batch-size=0",
                "max-batch-size=x",
                "max-batch-delay=-1ms",
                "max-batch-delay=1h",
                "batching=dynamic",
                "max-step-tokens=0",
                "max-step-tokens=15",
                "queue-capacity=0",
                "max-tokens=0",
                "default-deadline=0s",
                "max-batch-sise=4"
            })
    void whatIsWrongOrUnknownEndsTheStart(String setting) {
        runner.withPropertyValues("gkt.teacher." + setting)
                .run(context -> assertThat(context).hasFailed());
    }

    @Test
    void helpDescribesEverySetting() {
        PrintStream console = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            CloudTeacherApplication.main(new String[] {"--help"});
        } finally {
            System.setOut(console);
        }

        Stream<String> settings = Arrays.stream(TeacherSettings.class.getRecordComponents())
                .map(component ->
                        component.getName().replaceAll("([A-Z])", "-$1").toLowerCase());
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains(settings.map(name -> "--gkt.teacher." + name).toList())
                .contains("--gkt.teacher.max-batch-size=NUMBER  (default 16)\n      most requests that run at once")
                .contains("--gkt.service.max-request-size=SIZE  (default 2MB)");
    }
}
