package io.gkt.service;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code --help} prints: the settings with their defaults, as the build collected them. */
public final class SettingsHelp {

    private static final String METADATA = "META-INF/spring-configuration-metadata.json";

    private SettingsHelp() {}

    /**
     * @param arguments of the command line
     * @return whether help was asked for and printed
     */
    public static boolean printIfAsked(String... arguments) {
        boolean asked = Arrays.asList(arguments).contains("--help");
        if (asked) {
            System.out.print(text());
        }
        return asked;
    }

    static String text() {
        StringBuilder text = new StringBuilder("""
                Settings, as --name=value or as environment variables such as GKT_TEACHER_MAXBATCHSIZE:

                """);
        settings().forEach((name, setting) -> {
            text.append("  --").append(name);
            if (setting.has("defaultValue")) {
                text.append(" (")
                        .append(setting.path("defaultValue").asString())
                        .append(')');
            }
            text.append("\n      ")
                    .append(setting.path("description").asString("").replaceAll("\\{@code ([^}]*)}", "$1"))
                    .append('\n');
        });
        return text.append("""

                Spring Boot's own settings work as well, such as --server.port and --server.address.
                """).toString();
    }

    private static Map<String, JsonNode> settings() {
        Map<String, JsonNode> settings = new TreeMap<>();
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
}
