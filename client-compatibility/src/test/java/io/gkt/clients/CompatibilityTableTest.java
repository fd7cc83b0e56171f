package io.gkt.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The README claims what tests here hold, and all of it. */
class CompatibilityTableTest {

    private static final List<Class<?>> CLIENTS = List.of(OpenAiJavaIT.class, LangChain4jIT.class, OpenAiNpmIT.class);

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
                boolean tested = Arrays.stream(CLIENTS.get(i).getDeclaredMethods())
                        .anyMatch(method -> method.isAnnotationPresent(Test.class)
                                && method.getName().equals(FEATURES.get(cells[1])));
                assertThat(cells[2 + i].equals("yes"))
                        .as(cells[1] + ", " + CLIENTS.get(i))
                        .isEqualTo(tested);
            }
        }
    }

    @Test
    void theVersionsAreThoseTested() throws Exception {
        assertThat(Files.readString(Path.of("../README.md")))
                .contains(
                        "openai-java " + System.getProperty("openai-java.version"),
                        "LangChain4j " + System.getProperty("langchain4j.version"),
                        "`openai` from npm " + System.getProperty("openai-npm.version"));
    }
}
