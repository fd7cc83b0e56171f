package io.gkt.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README claims what tests here hold, and all of it. */
class CompatibilityTableTest {

    /** Tests in the order of the table's columns; as sources, because Spring AI's can't be on the same class path. */
    private static final List<Path> CLIENTS = Stream.of(
                    "client-compatibility/src/test/java/io/gkt/clients/OpenAiJavaIT.java",
                    "client-compatibility/src/test/java/io/gkt/clients/LangChain4jIT.java",
                    "client-compatibility-spring-ai/src/test/java/io/gkt/clients/SpringAiIT.java",
                    "client-compatibility/src/test/java/io/gkt/clients/OpenAiNpmIT.java")
            .map(Path.of("..")::resolve)
            .toList();

    private static final Pattern TEST = Pattern.compile("@Test\\s+void (\\w+)\\(");

    private static final Map<String, String> FEATURES = Map.of(
            "Chat", "chat",
            "Streams, with usage", "stream",
            "Errors: 400 with `param`, 404 for a model", "errors",
            "Retries after 429", "retriesAfter429",
            "Retries after 503", "retriesAfter503",
            "Timeouts", "timeout",
            "Cancelling a stream ends its generation", "cancel",
            "`guidance`, `top_k` and the like; reading `gkt`", "extraFields",
            "Completions", "completions",
            "Models", "models");

    @Test
    void everyCellHasItsTestAndEveryTestItsCell() throws Exception {
        List<String[]> rows = Files.readAllLines(Path.of("../README.md")).stream()
                .map(line -> line.split(" *\\| *"))
                .filter(cells -> cells.length > 1 && FEATURES.containsKey(cells[1]))
                .toList();

        assertThat(rows).extracting(cells -> cells[1]).containsExactlyInAnyOrderElementsOf(FEATURES.keySet());
        for (String[] cells : rows) {
            assertThat(cells).as(cells[1]).hasSize(2 + CLIENTS.size());
            for (int i = 0; i < CLIENTS.size(); i++) {
                assertThat(cells[2 + i].equals("yes"))
                        .as(cells[1] + ", " + CLIENTS.get(i))
                        .isEqualTo(tests(CLIENTS.get(i)).contains(FEATURES.get(cells[1])));
            }
        }
        for (Path client : CLIENTS) {
            assertThat(FEATURES.values()).containsAll(tests(client));
        }
    }

    private static Set<String> tests(Path client) throws IOException {
        return TEST.matcher(Files.readString(client))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toSet());
    }

    @Test
    void theVersionsAreThoseTested() throws Exception {
        assertThat(Files.readString(Path.of("../README.md")))
                .contains(
                        "openai-java " + System.getProperty("openai-java.version"),
                        "LangChain4j " + System.getProperty("langchain4j.version"),
                        "Spring AI " + System.getProperty("spring-ai.version"),
                        "`openai` from npm " + System.getProperty("openai-npm.version"));
    }
}
