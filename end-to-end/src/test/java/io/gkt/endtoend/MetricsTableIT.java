package io.gkt.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tables of metrics in docs/operations.md say what the running services export, no less and no more. */
class MetricsTableIT {

    private static final Pattern OURS = Pattern.compile("(gkt|gen_ai)_\\w+");
    private static final Pattern SAMPLE = Pattern.compile("(\\w+?)(?:_bucket|_count|_sum)?(?:\\{(.*)})? .*");
    private static final Pattern TAG = Pattern.compile("(\\w+)=\"");

    private static ServiceProcess teacher;
    private static ServiceProcess edge;

    @BeforeAll
    static void askOnce() throws Exception {
        teacher = ServiceProcess.teacher(ServiceProcess.ANY_PORT);
        edge = ServiceProcess.edge(teacher.url());
        Api.success(edge.api()
                .send(edge.api()
                        .post(
                                Api.CHAT,
                                "{\"messages\":[{\"role\":\"user\",\"content\":\"Tom has 4 shells and finds 3.\"}],"
                                        + "\"max_tokens\":24,\"guidance\":{\"max_tokens\":8}}")));
    }

    @AfterAll
    static void stop() throws Exception {
        edge.close();
        teacher.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"edge-student", "cloud-teacher"})
    void everyMetricIsInItsServicesTable(String service) throws Exception {
        List<String> exported = table((service.equals("edge-student") ? edge : teacher)
                .api()
                .get("/actuator/prometheus")
                .body());
        String heading = "\n### Metrics of " + service + "\n";
        String operations = Files.readString(Path.of("..", "docs", "operations.md"));
        assertThat(operations).contains(heading);
        List<String> documented = operations
                .substring(operations.indexOf(heading) + heading.length())
                .lines()
                .skip(1)
                .takeWhile(line -> line.startsWith("|"))
                .skip(2)
                .toList();
        assertThat(documented).as("should be%n%s", String.join("\n", exported)).isEqualTo(exported);
    }

    @Test
    void onAPortOfTheirOwnMetricsAreForWhomTheServiceIs() throws Exception {
        int port = ServiceProcess.freePort();
        try (ServiceProcess service =
                ServiceProcess.teacher(ServiceProcess.ANY_PORT, "--management.server.port=" + port)) {
            Api metrics = new Api(URI.create("http://127.0.0.1:" + port));
            assertThat(metrics.get("/actuator/prometheus").statusCode()).isEqualTo(200);
            assertThat(metrics.get("/actuator/env").statusCode()).isEqualTo(404);
            assertThat(service.api().get("/actuator/prometheus").statusCode()).isEqualTo(404);
            // Another address of this machine, where the service does not listen.
            Api elsewhere = new Api(URI.create("http://127.0.0.2:" + port));
            assertThatThrownBy(() -> elsewhere.get("/actuator/prometheus")).isInstanceOf(ConnectException.class);
        }
    }

    /** One line for each family of ours, in their names' order. */
    private static List<String> table(String scrape) {
        Map<String, String> types = new TreeMap<>();
        Map<String, String> meanings = new TreeMap<>();
        Map<String, TreeSet<String>> tags = new TreeMap<>();
        for (String line : scrape.lines().toList()) {
            String[] words = line.split(" ", 4);
            if (line.startsWith("# HELP ")) {
                meanings.put(words[2], words.length > 3 ? words[3].strip() : "");
            } else if (line.startsWith("# TYPE ")) {
                types.put(words[2], words[3]);
            } else {
                Matcher sample = SAMPLE.matcher(line);
                assertThat(sample.matches()).as(line).isTrue();
                String family = types.containsKey(sample.group(1))
                        ? sample.group(1)
                        : line.substring(0, line.indexOf(line.contains("{") ? '{' : ' '));
                String labels = sample.group(2) == null ? "" : sample.group(2);
                TAG.matcher(labels)
                        .results()
                        .map(result -> result.group(1))
                        .filter(tag -> !tag.equals("le"))
                        .forEach(tag -> tags.computeIfAbsent(family, any -> new TreeSet<>())
                                .add(tag));
            }
        }
        return types.keySet().stream()
                .filter(name -> OURS.matcher(name).matches() && !name.matches(".*_(max|gcount|gsum)"))
                .map(name -> "| `%s` | %s | %s | %s |"
                        .formatted(
                                name,
                                types.get(name),
                                tags.getOrDefault(name, new TreeSet<>()).stream()
                                        .map(tag -> "`" + tag + "`")
                                        .collect(Collectors.joining(", ")),
                                meanings.get(name)))
                .toList();
    }
}
