package io.gkt.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The README's configuration tables say what the build collected from the code. */
class ReadmeTest {

    @ParameterizedTest
    @ValueSource(strings = {"common-service", "cloud-teacher", "edge-student"})
    void everySettingIsInTheReadmeWithItsDefault(String module) throws IOException {
        List<String> readme = Files.readAllLines(Path.of("../README.md"));
        Path metadata = Path.of("..", module, "target/classes/META-INF/spring-configuration-metadata.json");
        TreeMap<String, JsonNode> settings = new TreeMap<>();
        for (JsonNode setting : JsonMapper.shared().readTree(metadata).path("properties")) {
            if (setting.path("name").asString().startsWith("gkt.")) {
                settings.put(setting.path("name").asString(), setting);
            }
        }
        assertThat(settings).isNotEmpty();
        assertThat(settings.values())
                .allSatisfy(setting -> assertThat(setting.path("description").asString(""))
                        .as("what --help and IDEs say of %s", setting.path("name"))
                        .isNotBlank());
        settings.forEach((name, setting) -> assertThat(readme)
                .as("%s, default %s", name, setting.path("defaultValue"))
                .anyMatch(line -> line.contains("`" + name + "`") && line.contains(written(setting))));
    }

    private static String written(JsonNode setting) {
        JsonNode value = setting.path("defaultValue");
        return value.isMissingNode()
                ? ""
                : "`"
                        + value.asString()
                                .toLowerCase(Locale.ROOT)
                                .replace("gb", "GB")
                                .replace("mb", "MB") + "`";
    }
}
