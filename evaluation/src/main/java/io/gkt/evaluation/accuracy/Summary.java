package io.gkt.evaluation.accuracy;

import java.io.PrintWriter;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What a run found.
 *
 * @param dataset               what was asked
 * @param mode                  who answered
 * @param chat                  whether as chat messages
 * @param fewShot               worked examples before each question
 * @param guidanceTokens        most tokens of guidance; 0 for the student alone, null for the teacher alone and for
 *                              guidance from a file
 * @param maxTokens             most tokens of an answer
 * @param concurrency           requests at the same time
 * @param seed                  of the demo's problems, and of the reference's guesses
 * @param n                     answers
 * @param correct               right ones
 * @param accuracy              their share, 0 to 1; 0 if there are no answers
 * @param accuracyLow           lower end of the 95 % interval (Wilson's score)
 * @param accuracyHigh          its upper end
 * @param leaked                answers whose guidance held the right answer already
 * @param leakedRate            their share
 * @param accuracyWithoutLeaked accuracy of the others
 * @param errors                requests of this run that failed; they are not among the answers
 * @param outcomes              how many answers had each outcome of guidance
 * @param teacherTokens         tokens that the teacher decoded
 * @param studentTokens         tokens that the student decoded
 * @param meanTeacherTokens     of an answer
 * @param meanStudentTokens     of an answer
 * @param ttftMs                milliseconds to the first text
 * @param totalMs               milliseconds to the end
 * @param wallSeconds           how long this run took; a resumed one counts what came before, too
 * @param bytesUp               bodies of requests to the teacher
 * @param bytesDown             bodies of the teacher's responses
 * @param teacherParameters     number of the teacher's weights; null if not known
 * @param studentParameters     number of the student's weights; null if not known
 * @param teacherFlops          2 x parameters x tokens, read and decoded; null if the parameters are not known
 * @param studentFlops          the same for the student, whose guidance is among what it reads
 * @param cost                  of all tokens, read and decoded; null without prices
 * @param paperAccuracy         accuracy by the reference's rule; null unless asked for
 * @param started               when, as ISO 8601 says it
 * @param command               how
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Summary(
        Dataset dataset,
        Mode mode,
        boolean chat,
        int fewShot,
        Integer guidanceTokens,
        int maxTokens,
        int concurrency,
        long seed,
        int n,
        int correct,
        double accuracy,
        double accuracyLow,
        double accuracyHigh,
        int leaked,
        double leakedRate,
        double accuracyWithoutLeaked,
        int errors,
        Map<String, Long> outcomes,
        long teacherTokens,
        long studentTokens,
        double meanTeacherTokens,
        double meanStudentTokens,
        Percentiles ttftMs,
        Percentiles totalMs,
        double wallSeconds,
        long bytesUp,
        long bytesDown,
        Long teacherParameters,
        Long studentParameters,
        Double teacherFlops,
        Double studentFlops,
        Double cost,
        Double paperAccuracy,
        String started,
        String command) {

    private static final double Z_95 = 1.959964;

    static Summary of(Settings settings, Collection<Item> items, Pace pace) {
        PromptStyle style = settings.questions().style();
        long seed = settings.questions().seed();
        int n = items.size();
        int correct = count(items, Item::correct);
        int leaked = count(items, Item::leaked);
        long teacherTokens = sum(items, Item::teacherTokens);
        long studentTokens = sum(items, Item::studentTokens);
        long teacherRuns = teacherTokens + sum(items, Item::teacherPromptTokens);
        long studentRuns = studentTokens + sum(items, Item::studentPromptTokens);
        ModelFacts models = settings.models();
        return new Summary(
                style.dataset(),
                settings.mode(),
                style.chat(),
                style.shots(),
                guidanceTokens(settings),
                settings.maxTokens(),
                settings.concurrency(),
                seed,
                n,
                correct,
                share(correct, n),
                wilson(correct, n, -Z_95),
                wilson(correct, n, Z_95),
                leaked,
                share(leaked, n),
                share(count(items, item -> item.correct() && !item.leaked()), n - leaked),
                pace.errors(),
                items.stream().collect(Collectors.groupingBy(Item::outcome, TreeMap::new, Collectors.counting())),
                teacherTokens,
                studentTokens,
                share(teacherTokens, n),
                share(studentTokens, n),
                percentiles(items, Item::ttftMs),
                percentiles(items, Item::totalMs),
                pace.seconds(),
                sum(items, Item::bytesUp),
                sum(items, Item::bytesDown),
                models.teacherParameters(),
                models.studentParameters(),
                models.teacherFlops(teacherRuns),
                models.studentFlops(studentRuns),
                models.cost(teacherRuns, studentRuns),
                settings.paperScoring() ? share(count(items, item -> PaperScoring.accepts(item, seed)), n) : null,
                pace.started().toString(),
                settings.command());
    }

    /** Whether answers of a run with these settings may stand among those that this is a summary of. */
    boolean isOf(Settings settings) {
        Questions questions = settings.questions();
        return dataset == questions.style().dataset()
                && mode == settings.mode()
                && chat == questions.style().chat()
                && fewShot == questions.style().shots()
                && Objects.equals(guidanceTokens, guidanceTokens(settings))
                && maxTokens == settings.maxTokens()
                && seed == questions.seed();
    }

    private static Integer guidanceTokens(Settings settings) {
        return switch (settings.mode()) {
            case STUDENT -> 0;
            case TEACHER -> null;
            case GKT -> settings.guidance() == null ? settings.guidanceTokens() : null;
        };
    }

    private static int count(Collection<Item> items, Predicate<Item> which) {
        return (int) items.stream().filter(which).count();
    }

    private static long sum(Collection<Item> items, ToLongFunction<Item> of) {
        return items.stream().mapToLong(of).sum();
    }

    private static Percentiles percentiles(Collection<Item> items, ToDoubleFunction<Item> of) {
        return Percentiles.of(items.stream().mapToDouble(of));
    }

    private static double share(double part, int whole) {
        return whole == 0 ? 0 : part / whole;
    }

    /** Wilson (1927): the end of the interval for the share of successes, on the side of {@code z}. */
    static double wilson(int successes, int n, double z) {
        if (n == 0) {
            return z < 0 ? 0 : 1;
        }
        double p = (double) successes / n;
        double spread = z * Math.sqrt(p * (1 - p) / n + z * z / (4.0 * n * n));
        return Math.min(1, Math.max(0, (p + z * z / (2.0 * n) + spread) / (1 + z * z / n)));
    }

    /** Says it to a reader. */
    void print(PrintWriter out) {
        line(
                out,
                "%s, %s: %,d of %,d right, %.1f %% (95 %% interval %.1f to %.1f %%)",
                dataset,
                mode,
                correct,
                n,
                100 * accuracy,
                100 * accuracyLow,
                100 * accuracyHigh);
        if (errors > 0) {
            line(out, "  %,d requests failed and are not among them; --resume asks them again", errors);
        }
        if (paperAccuracy != null) {
            line(out, "  by the reference's rule, guesses included: %.1f %%", 100 * paperAccuracy);
        }
        if (mode == Mode.GKT) {
            line(
                    out,
                    "  guidance held the result in %,d (%.1f %%); without those %.1f %% are right",
                    leaked,
                    100 * leakedRate,
                    100 * accuracyWithoutLeaked);
        }
        line(out, "  outcomes of guidance: %s", outcomes);
        line(
                out,
                "  decoded: %,d tokens by the teacher (%.1f an answer), %,d by the student (%.1f)",
                teacherTokens,
                meanTeacherTokens,
                studentTokens,
                meanStudentTokens);
        line(
                out,
                "  first text after %.0f ms (p95 %.0f), all after %.0f ms (p95 %.0f); %.1f s for the run",
                ttftMs.p50(),
                ttftMs.p95(),
                totalMs.p50(),
                totalMs.p95(),
                wallSeconds);
        line(out, "  between edge and teacher: %,d bytes up, %,d down", bytesUp, bytesDown);
        if (teacherFlops != null || studentFlops != null) {
            line(out, "  FLOPs: teacher %s, student %s", flops(teacherFlops), flops(studentFlops));
        }
        if (cost != null) {
            line(out, "  cost: %.6g", cost);
        }
        out.flush();
    }

    private static String flops(Double flops) {
        return flops == null
                ? "not known (--teacher URL, or --teacher-parameters)"
                : String.format(Locale.ROOT, "%.2e", flops);
    }

    private static void line(PrintWriter out, String format, Object... arguments) {
        out.println(String.format(Locale.ROOT, format, arguments));
    }
}
