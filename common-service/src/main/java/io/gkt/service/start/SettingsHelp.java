package io.gkt.service.start;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.text.WordUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code --help} prints: the service's own introduction, then its settings as the build collected them. */
final class SettingsHelp {

    private static final String METADATA = "META-INF/spring-configuration-metadata.json";

    private SettingsHelp() {}

    /**
     * @param application beside which a {@code help.txt} says what the program is and shows examples
     * @return the help, as lines
     */
    static String of(Class<?> application) {
        StringBuilder text = new StringBuilder(introduction(application));
        text.append("""

                Settings, as --name=value, in capitals and without dashes in the environment (gkt.service.max-request-size
                is GKT_SERVICE_MAXREQUESTSIZE), or in an application.properties or application.yaml where it is started:

                """);
        settings().forEach((name, setting) -> {
            text.append("  --").append(name).append('=').append(placeholder(setting));
            if (setting.has("defaultValue")) {
                text.append("  (default ")
                        .append(setting.path("defaultValue").asString())
                        .append(')');
            }
            String description = setting.path("description").asString("").replaceAll("\\{@code ([^}]*)}", "$1");
            text.append("\n      ")
                    .append(WordUtils.wrap(description, 112, "\n      ", false))
                    .append('\n');
        });
        return text.append("""
                  --server.port=PORT, --server.address=ADDRESS
                      where it listens; every other setting of Spring Boot works as well
                """).toString();
    }

    private static String introduction(Class<?> application) {
        try (InputStream text = application.getResourceAsStream("help.txt")) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Can't read help.txt from the program's own jar", e);
        }
    }

    private static SortedMap<String, JsonNode> settings() {
        SortedMap<String, JsonNode> settings = new TreeMap<>();
        try {
            for (URL url : Collections.list(SettingsHelp.class.getClassLoader().getResources(METADATA))) {
                try (InputStream metadata = url.openStream()) {
                    for (JsonNode setting :
                            JsonMapper.shared().readTree(metadata).path("properties")) {
                        String name = setting.path("name").asString();
                        if (name.startsWith("gkt.")) {
                            settings.put(name, setting);
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Can't read " + METADATA + " from the program's own jar", e);
        }
        return settings;
    }

    private static String placeholder(JsonNode setting) {
        return switch (setting.path("type").asString()) {
            case "java.nio.file.Path" -> "DIRECTORY";
            case "java.lang.Integer" -> "NUMBER";
            case "java.time.Duration" -> "TIME";
            case "java.net.URI" -> "URL";
            case "java.util.List<java.net.URI>" -> "URL,URL";
            case "org.springframework.util.unit.DataSize" -> "SIZE";
            default -> "NAME";
        };
    }
}
