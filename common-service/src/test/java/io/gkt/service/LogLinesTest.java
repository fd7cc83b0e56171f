package io.gkt.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Nobody who gets a text of theirs into the log can make lines of it, or command the terminal that shows it. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = "spring.config.import=classpath:common-service.properties")
@ExtendWith(OutputCaptureExtension.class)
class LogLinesTest {

    private static final Logger LOG = LoggerFactory.getLogger(LogLinesTest.class);
    private static final String FORGED = "2026-01-01T00:00:00.000Z INFO  Access: all is well";
    /** Line ends of all kinds, a terminal's escapes, backspaces, and what turns the direction of writing. */
    private static final String HOSTILE =
            "a\r\n" + FORGED + "\n" + FORGED + "\u0085" + FORGED + "\u2028" + FORGED + "\u001b[2J\u009b2J\b\b\u202e\0b";

    @SpringBootConfiguration
    static class Nothing {}

    private static List<String> linesOf(CapturedOutput output) {
        return output.getOut()
                .lines()
                .dropWhile(line -> !line.contains("begin"))
                .toList();
    }

    private static void assertHarmless(Stream<String> lines) {
        assertThat(lines)
                .noneMatch(line -> line.startsWith(FORGED))
                .noneMatch(line -> line.chars().anyMatch(c -> c != '\t' && Character.isISOControl(c)))
                .noneMatch(line -> line.matches(".*[\u2028\u2029\u202e].*"));
    }

    @Test
    void aMessageIsOneLine(CapturedOutput output) {
        LOG.info("begin {} end", HOSTILE);

        assertThat(linesOf(output)).singleElement().asString().contains("LogLinesTest: begin a", "b end");
        assertHarmless(linesOf(output).stream());
    }

    @Test
    void aStackTraceIsReadableAndHasNoOtherLines(CapturedOutput output) {
        LOG.error("begin", new IllegalStateException(HOSTILE, new IllegalArgumentException(HOSTILE)));

        List<String> lines = linesOf(output);
        assertHarmless(lines.stream());
        assertThat(lines.get(1)).startsWith("java.lang.IllegalStateException: a");
        assertThat(lines.get(2)).startsWith("\tat io.gkt.service.LogLinesTest.");
        assertThat(lines).anyMatch(line -> line.startsWith("Caused by: java.lang.IllegalArgumentException: a"));
        assertThat(lines.subList(2, lines.size()))
                .allMatch(line -> line.startsWith("\t") || line.startsWith("Caused by: "));
    }
}
