package io.gkt.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What operators see, in a real Prometheus that scrapes the running pair. */
class MonitoringIT {

    private static final Path DEPLOY = Path.of("..", "deploy");
    private static final Path RULES = DEPLOY.resolve("prometheus").resolve("rules");
    private static final Path DASHBOARD =
            DEPLOY.resolve("grafana").resolve("dashboards").resolve("gkt.json");
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static ServiceProcess teacher;
    private static ServiceProcess edge;
    private static Process prometheus;
    private static Api queries;

    @BeforeAll
    static void watchAWorkingPair(@TempDir Path directory) throws Exception {
        assumeTrue(
                runs("prometheus", "--version") && runs("promtool", "--version"),
                "needs prometheus and promtool on the PATH; Debian's package prometheus has both");
        // Each request is an exemplar, which Prometheus must be able to read.
        String sampled = "--management.tracing.sampling.probability=1";
        teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT, sampled);
        edge = ServiceProcess.edge(teacher.url(), sampled);
        int port = ServiceProcess.freePort();
        Path config = Files.writeString(directory.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: ["%s"]
                scrape_configs:
                  - job_name: cloud-teacher
                    metrics_path: /actuator/prometheus
                    static_configs: [{targets: ["127.0.0.1:%d"]}]
                  - job_name: edge-student
                    metrics_path: /actuator/prometheus
                    static_configs: [{targets: ["127.0.0.1:%d"]}]
                """.formatted(
                        RULES.resolve("gkt.yml").toRealPath(), teacher.port(), edge.port()));
        prometheus = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(Files.createDirectories(Path.of("target", "logs"))
                        .resolve("prometheus.log")
                        .toFile())
                .start();
        queries = new Api(URI.create("http://127.0.0.1:" + port));
        // Rates need two scrapes with work between them.
        edge.await("seen by Prometheus", LIMIT, () -> {
            answerOne();
            return number("sum(rate(gkt_student_guidance_seconds_count[1m]))") > 0
                    && number("sum(rate(gkt_teacher_batch_size_sum[1m]))") > 0;
        });
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable process :
                Stream.of(edge, teacher).filter(p -> p != null).toList()) {
            process.close();
        }
        if (prometheus != null) {
            prometheus.destroyForcibly().waitFor();
        }
    }

    @Test
    void bothServicesAreScraped() throws Exception {
        assertThat(number("sum(up{job=\"cloud-teacher\"})")).isEqualTo(1);
        assertThat(number("sum(up{job=\"edge-student\"})")).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void everyPanelHasData(String panel, String query) throws Exception {
        assertThat(result(query)).as(query).isNotEmpty();
    }

    static Stream<Arguments> everyPanelHasData() {
        JsonNode dashboard = JsonMapper.shared().readTree(DASHBOARD);
        return StreamSupport.stream(dashboard.path("panels").spliterator(), false)
                .flatMap(panel -> StreamSupport.stream(panel.path("targets").spliterator(), false)
                        .map(target -> Arguments.of(
                                panel.path("title").asString() + ", "
                                        + target.path("refId").asString(),
                                target.path("expr")
                                        .asString()
                                        .replace("$__rate_interval", "1m")
                                        .replace("$edge", ".*")
                                        .replace("$teacher", ".*"))));
    }

    @Test
    void everyRuleIsEvaluatedWithoutComplaint() throws Exception {
        JsonNode groups = Api.success(queries.get("/api/v1/rules")).at("/data/groups");
        List<JsonNode> rules = StreamSupport.stream(groups.spliterator(), false)
                .flatMap(group -> StreamSupport.stream(group.path("rules").spliterator(), false))
                .toList();
        assertThat(rules).hasSizeGreaterThan(10).allSatisfy(rule -> {
            assertThat(rule.path("health").asString()).as("%s", rule).isEqualTo("ok");
            assertThat(rule.path("state").asString("inactive")).isEqualTo("inactive");
        });
        for (JsonNode rule : rules) {
            if (rule.path("type").asString().equals("recording")
                    && !rule.path("name").asString().contains("fallbacks")
                    && !rule.path("name").asString().contains("refused")) {
                edge.await(
                        "recorded: " + rule,
                        LIMIT,
                        () -> !result(rule.path("name").asString()).isEmpty());
            }
        }
    }

    @Test
    void rulesDoAsTheirTestsSay() throws Exception {
        assertThat(promtool("check", "rules", RULES.resolve("gkt.yml").toString()))
                .contains("SUCCESS");
        assertThat(promtool("test", "rules", RULES.resolve("gkt-test.yml").toString()))
                .contains("SUCCESS")
                .doesNotContain("FAILED");
    }

    /** What it has to say of others' meters is theirs to hear. */
    @Test
    void promtoolFindsNothingWrongWithOurMetrics() throws Exception {
        for (ServiceProcess service : List.of(teacher, edge)) {
            Process promtool = new ProcessBuilder("promtool", "check", "metrics")
                    .redirectErrorStream(true)
                    .start();
            try (var input = promtool.getOutputStream()) {
                input.write(service.api().get("/actuator/prometheus").body().getBytes(StandardCharsets.UTF_8));
            }
            assertThat(new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> !line.matches("(http_server|jvm|process|system|tomcat)_.*"))
                            .toList())
                    .isEmpty();
        }
    }

    @Test
    void everyAlertHasItsParagraphInTheRunbook() throws Exception {
        String runbook = Files.readString(Path.of("..", "docs", "operations.md"));
        assertThat(Files.readString(RULES.resolve("gkt.yml"))
                        .lines()
                        .filter(line -> line.contains("- alert: "))
                        .map(line -> line.substring(line.indexOf(": ") + 2)))
                .isNotEmpty()
                .allSatisfy(alert -> assertThat(runbook)
                        .contains("\n### " + alert + "\n", "\n| [" + alert + "](#" + alert.toLowerCase() + ") |"));
    }

    private static void answerOne() throws Exception {
        Api.success(edge.api()
                .send(edge.api()
                        .post(
                                Api.CHAT,
                                "{\"messages\":[{\"role\":\"user\",\"content\":\"Tom has 4 shells and finds 3.\"}],"
                                        + "\"max_tokens\":24,\"guidance\":{\"max_tokens\":8}}")));
    }

    private static JsonNode result(String query) throws Exception {
        return Api.success(queries.get("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8)))
                .at("/data/result");
    }

    private static double number(String query) throws Exception {
        JsonNode value = result(query).at("/0/value/1");
        return value.isMissingNode() ? Double.NaN : Double.parseDouble(value.asString());
    }

    private static String promtool(String... arguments) throws Exception {
        Process promtool = new ProcessBuilder(Stream.concat(Stream.of("promtool"), Stream.of(arguments))
                        .toList())
                .redirectErrorStream(true)
                .start();
        return new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
