package io.gkt.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MeasuringCommandsTest {

    /** Port 1 is tcpmux, where nothing listens. */
    private static final String NOBODY = "http://127.0.0.1:1";

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String line) {
        CommandLine commandLine = Evaluation.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(
                line.replace("OUT", directory.resolve("out.jsonl").toString())
                        .replace("NOBODY", NOBODY)
                        .split(" "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            accuracy --edge NOBODY --out OUT                                             | --mode
            accuracy --edge NOBODY --mode both --out OUT                                 | student, teacher, gkt
            accuracy --edge NOBODY --mode gkt                                            | --out
            accuracy --edge NOBODY --mode gkt --out OUT --dataset mmlu                   | demo, gsm8k, csqa, aqua
            accuracy --edge NOBODY --mode gkt --out OUT --dataset gsm8k                  | needs --data FILE
            accuracy --edge NOBODY --mode gkt --out OUT --data x.jsonl                   | the demo's problems are made
            accuracy --edge NOBODY --mode gkt --out OUT --few-shot 1                     | --few-shot does not go with chat
            accuracy --edge NOBODY --mode gkt --out OUT --dataset aqua --data x --few-shot 5 | 0 to 4 for aqua
            accuracy --edge NOBODY --mode gkt --out OUT --limit 0                        | '--limit': '0' is not a whole number from 1
            accuracy --edge NOBODY --mode gkt --out OUT --concurrency 0                  | '--concurrency': '0' is not a whole number from 1
            accuracy --edge NOBODY --mode gkt --out OUT --guidance-tokens 0              | '--guidance-tokens': '0' is not a whole number from 1
            accuracy --edge NOBODY --mode gkt --out OUT --max-tokens 0                   | '--max-tokens': '0' is not a whole number from 1
            accuracy --edge NOBODY --mode gkt --out OUT --concise brief                  | --teacher URL
            accuracy --edge NOBODY --mode student --out OUT --concise brief --teacher NOBODY | --mode gkt
            guidance --out OUT                                                           | --teacher
            complete --edge NOBODY --out OUT                                             | --guidance
            """)
    void wrongUsageIsExplained(String line, String complaint) {
        assertThat(run(line)).isEqualTo(2);
        assertThat(err.toString()).contains(complaint);
        assertThat(directory.resolve("out.jsonl")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"accuracy --edge NOBODY --mode student --out OUT", "guidance --teacher NOBODY --out OUT"})
    void aServiceThatIsNotThereEndsTheRunInOneLine(String line) {
        assertThat(run(line)).isEqualTo(1);
        assertThat(err.toString().lines()).singleElement().asString().startsWith("Error: Nothing listens at " + NOBODY);
    }

    @Test
    void guidanceForOtherQuestionsIsRefused() throws Exception {
        Path guidance =
                Files.writeString(directory.resolve("guidance.jsonl"), "{\"id\": \"gsm8k-1\", \"guidance\": \"We\"}\n");

        assertThat(run("complete --edge NOBODY --out OUT --guidance " + guidance))
                .isEqualTo(1);
        assertThat(err.toString()).contains("has guidance for none of the questions; their ids are like demo-1");
    }

    @Test
    void guidanceWithoutATextIsRefused() throws Exception {
        Path guidance = Files.writeString(directory.resolve("guidance.jsonl"), "{\"id\": \"demo-1\"}\n");

        assertThat(run("complete --edge NOBODY --out OUT --guidance " + guidance))
                .isEqualTo(1);
        assertThat(err.toString()).contains("each line needs id and guidance");
    }

    @ParameterizedTest
    @ValueSource(strings = {"accuracy", "guidance", "complete"})
    void helpHasExamples(String command) {
        assertThat(run(command + " --help")).isZero();
        assertThat(out.toString()).contains("Examples:", "java -jar evaluation.jar " + command);
        assertThat(out.toString().lines()).allMatch(line -> line.length() <= 100);
    }
}
