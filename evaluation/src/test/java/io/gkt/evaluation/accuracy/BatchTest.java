package io.gkt.evaluation.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class BatchTest {

    private static final List<Example> EXAMPLES = IntStream.rangeClosed(1, 40)
            .mapToObj(i -> new Example("demo-" + i, "What is " + i + " + 1?", Integer.toString(i + 1)))
            .toList();

    @TempDir
    private Path directory;

    private Path file;
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void name() {
        file = directory.resolve("lines.jsonl");
    }

    private static final class Count implements Batch.Report<Guidance> {

        @Override
        public String progress(List<Guidance> results) {
            return results.size() + " lines";
        }

        @Override
        public Object summary(List<Guidance> results, Pace pace) {
            return List.of(results.size(), pace.errors());
        }
    }

    private Batch<Guidance> batch() {
        return new Batch<>(EXAMPLES, file, new Count());
    }

    private Guidance begin(Example example) {
        asked.add(example.id());
        String text = "We need " + example.question().substring("What is ".length());
        return new Guidance(example.id(), Dataset.DEMO, example.question(), text, "length", "m", 3, 2, 1, 10, 10);
    }

    private String summary() throws IOException {
        return JsonMapper.shared()
                .readTree(Files.readString(directory.resolve("lines.summary.json")))
                .toString();
    }

    @Test
    void everyExampleHasALineAndResultsKeepTheOrder() throws Exception {
        Batch<Guidance> batch = batch();
        batch.run(this::begin, 4);

        assertThat(batch.results())
                .extracting(Guidance::id)
                .isEqualTo(EXAMPLES.stream().map(Example::id).toList());
        assertThat(JsonLines.read(file, Guidance.class)).containsExactlyInAnyOrderElementsOf(batch.results());
        assertThat(summary()).isEqualTo("[40,0]");
    }

    @Test
    void whatAServiceRefusesIsCountedAndAskedAgainOnResume() throws Exception {
        Batch<Guidance> first = batch();
        first.run(
                example -> {
                    if (example.id().endsWith("7")) {
                        throw new Service.RefusedException("429: full");
                    }
                    return begin(example);
                },
                3);
        assertThat(first.results()).hasSize(36);
        assertThat(summary()).isEqualTo("[36,4]");

        asked.clear();
        Batch<Guidance> second = batch();
        second.resume(Guidance.class, line -> true);
        second.run(this::begin, 3);
        assertThat(asked).containsExactlyInAnyOrder("demo-7", "demo-17", "demo-27", "demo-37");
        assertThat(second.results())
                .isEqualTo(EXAMPLES.stream().map(this::begin).toList());
    }

    @Test
    void whenAServiceIsGoneTheRunEndsAndSaysHowToGoOn() throws Exception {
        assertThatThrownBy(() -> batch().run(
                                example -> {
                                    if (example.id().equals("demo-12")) {
                                        throw new IOException("Nothing listens");
                                    }
                                    return begin(example);
                                },
                                1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Nothing listens; 11 of 40 results are in")
                .hasMessageContaining("--resume");
        assertThat(JsonLines.read(file, Guidance.class)).hasSize(11);
        assertThat(summary()).isEqualTo("[11,0]");
    }

    @Test
    void aLineThatWasCutOffIsAskedAgain() throws Exception {
        batch().run(this::begin, 1);
        List<String> lines = Files.readAllLines(file);
        Files.writeString(
                file,
                String.join("\n", lines.subList(0, 20)) + "\n" + lines.get(20).substring(0, 30));
        asked.clear();

        Batch<Guidance> resumed = batch();
        resumed.resume(Guidance.class, line -> true);
        resumed.run(this::begin, 1);
        assertThat(asked).hasSize(20);
        assertThat(Files.readAllLines(file)).isEqualTo(lines);
    }

    @Test
    void theTimeBeforeIsPartOfAResumedRuns() throws Exception {
        batch().run(this::begin, 1);
        Files.writeString(Batch.summaryOf(file), "{\"wall_seconds\": 12.5}");

        Batch<Guidance> resumed = batch();
        resumed.resume(Guidance.class, line -> true);

        assertThat(resumed.pace().seconds()).isGreaterThanOrEqualTo(12.5);
    }

    @Test
    void resultsAreNeverOverwritten() throws Exception {
        batch().run(this::begin, 1);

        assertThatThrownBy(() -> batch().run(this::begin, 1)).hasMessageContaining("exists: add --resume");
        assertThat(JsonLines.read(file, Guidance.class)).hasSize(40);
    }

    @Test
    void anotherRunsResultsAreNotMixedIn() throws Exception {
        batch().run(this::begin, 1);
        List<Example> others = List.of(new Example("demo-1", "What is 9 + 9?", "18"));

        assertThatThrownBy(() -> new Batch<>(others, file, new Count()).resume(Guidance.class, line -> true))
                .hasMessageContaining("is of another run");
        assertThatThrownBy(() -> batch().resume(Guidance.class, line -> line.dataset() == Dataset.AQUA))
                .hasMessageContaining("is of another run");
    }

    @Test
    void aLineThatIsNoJsonIsNamed() throws Exception {
        batch().run(this::begin, 1);
        Files.writeString(file, "nonsense\n", StandardOpenOption.APPEND);

        assertThatThrownBy(() -> batch().resume(Guidance.class, line -> true))
                .hasMessageContaining("lines.jsonl, line 41 can't be read");
    }
}
