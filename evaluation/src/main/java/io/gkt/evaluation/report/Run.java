package io.gkt.evaluation.report;

import io.gkt.evaluation.accuracy.Item;
import io.gkt.evaluation.accuracy.Mode;
import io.gkt.evaluation.accuracy.Summary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run of {@code accuracy} left.
 *
 * @param name    of its files, without their endings
 * @param summary what it came to
 * @param items   its answers; empty where only the summary is there
 */
public record Run(String name, Summary summary, List<Item> items) {

    private static final String ENDING = ".summary.json";

    /** From the student alone over longer and longer guidance to the teacher alone; many at once before one by one. */
    static final Comparator<Run> BY_GUIDANCE = Comparator.<Run>comparingInt(
                    run -> List.of(Mode.STUDENT, Mode.GKT, Mode.TEACHER).indexOf(run.summary.mode()))
            .thenComparingInt(Run::guidanceTokens)
            .thenComparing(run -> run.summary.concurrency(), Comparator.reverseOrder())
            .thenComparing(Run::name);

    /**
     * @param directory where runs left their files
     * @return those with a summary, by guidance
     * @throws IOException if there are none, or one can't be read
     */
    static List<Run> readAll(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException(directory + " is not a directory");
        }
        List<Path> summaries;
        try (Stream<Path> files = Files.list(directory)) {
            summaries = files.filter(file -> file.toString().endsWith(ENDING)).toList();
        }
        if (summaries.isEmpty()) {
            throw new IOException(directory + " holds no run (NAME" + ENDING + "); make some with sweep");
        }
        List<Run> runs = new ArrayList<>();
        for (Path summary : summaries) {
            String name = summary.getFileName().toString().replace(ENDING, "");
            try {
                runs.add(new Run(
                        name,
                        JsonMapper.shared().readValue(summary, Summary.class),
                        items(directory.resolve(name + ".jsonl"))));
            } catch (JacksonException e) {
                throw new IOException(
                        "The files of " + directory.resolve(name) + " can't be read: " + e.getOriginalMessage(), e);
            }
        }
        runs.sort(BY_GUIDANCE);
        return List.copyOf(runs);
    }

    private static List<Item> items(Path file) {
        if (!Files.exists(file)) {
            return List.of();
        }
        try (MappingIterator<Item> lines =
                JsonMapper.shared().readerFor(Item.class).readValues(file)) {
            return lines.readAll();
        }
    }

    boolean isGuided() {
        return summary.mode() == Mode.GKT;
    }

    boolean isTeacherAlone() {
        return summary.mode() == Mode.TEACHER;
    }

    boolean isStudentAlone() {
        return summary.mode() == Mode.STUDENT;
    }

    /** Most tokens of guidance; 0 where there was none, or it came from a file. */
    int guidanceTokens() {
        return summary.guidanceTokens() == null ? 0 : summary.guidanceTokens();
    }

    double percentRight() {
        return 100 * summary.accuracy();
    }

    /** What a reader calls a run. */
    static String label(Summary summary) {
        return switch (summary.mode()) {
            case STUDENT -> "student alone";
            case TEACHER -> summary.concurrency() == 1 ? "teacher alone, one by one" : "teacher alone";
            case GKT ->
                summary.guidanceTokens() == null ? "guidance from a file" : "guidance " + summary.guidanceTokens();
        };
    }
}
