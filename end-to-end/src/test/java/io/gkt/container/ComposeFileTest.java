package io.gkt.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What can be said of {@code docker-compose.yml} without a container engine. */
class ComposeFileTest {

    private static final Path FILE = Engine.PROJECT.resolve("docker-compose.yml");
    private static final YAMLMapper YAML = new YAMLMapper();

    @Test
    void itsVariablesAndTheirDefaultsStandInTheExample() throws Exception {
        Map<String, String> used = new TreeMap<>();
        Matcher variable = Pattern.compile("\\$\\{([A-Z_]+):-([^}]*)}").matcher(Files.readString(FILE));
        while (variable.find()) {
            String before = used.put(variable.group(1), variable.group(2));
            assertThat(before).as(variable.group(1)).isIn(null, variable.group(2));
        }
        // A volume of Compose's, unless a directory is named.
        assertThat(used.remove("MODELS")).isEqualTo("models");

        Map<String, String> example = new TreeMap<>();
        Files.readAllLines(Engine.PROJECT.resolve(".env.example")).stream()
                .filter(line -> line.matches("[A-Z_]+=.*"))
                .forEach(line -> example.put(line.replaceFirst("=.*", ""), line.replaceFirst("[^=]*=", "")));
        assertThat(example).isEqualTo(used);
    }

    @Test
    void theImagesAreWhatTheDockerfilesBuildOn() throws Exception {
        for (String service : new String[] {"cloud-teacher", "edge-student"}) {
            assertThat(Files.readString(Engine.PROJECT.resolve(service).resolve("Dockerfile")))
                    .contains("ARG JRE=eclipse-temurin:17-jre\n", "ARG PYTORCH_FLAVOR=cpu\n");
        }
    }

    @Test
    void filesThatAreMountedExist() throws Exception {
        JsonNode services = YAML.readTree(Files.readString(FILE)).path("services");
        assertThat(services.propertyNames()).contains("prometheus", "grafana");
        for (JsonNode service : services) {
            StreamSupport.stream(service.path("volumes").spliterator(), false)
                    .map(JsonNode::asString)
                    .filter(volume -> volume.startsWith("./"))
                    .forEach(volume -> assertThat(Engine.PROJECT.resolve(volume.split(":")[0]))
                            .exists());
        }
    }

    @Test
    void grafanaFindsPrometheusAndTheDashboard() throws Exception {
        Path provisioning = Engine.PROJECT.resolve("deploy/grafana/provisioning");
        JsonNode source = YAML.readTree(Files.readString(provisioning.resolve("datasources/prometheus.yml")));
        JsonNode provider = YAML.readTree(Files.readString(provisioning.resolve("dashboards/gkt.yml")));
        JsonNode services = YAML.readTree(Files.readString(FILE)).path("services");

        assertThat(source.at("/datasources/0/type").asString()).isEqualTo("prometheus");
        assertThat(source.at("/datasources/0/url").asString()).isEqualTo("http://prometheus:9090");
        assertThat(services.path("prometheus").path("ports").path(0).asString()).endsWith(":9090");
        String dashboards = provider.at("/providers/0/options/path").asString();
        assertThat(StreamSupport.stream(services.path("grafana").path("volumes").spliterator(), false)
                        .map(JsonNode::asString))
                .contains(
                        "./deploy/grafana/dashboards:" + dashboards + ":ro",
                        "./deploy/grafana/provisioning:/etc/grafana/provisioning:ro");
    }
}
