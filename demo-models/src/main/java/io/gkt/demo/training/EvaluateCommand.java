package io.gkt.demo.training;

import io.gkt.demo.DemoModels;
import io.gkt.demo.problem.Problem;
import io.gkt.demo.problem.ProblemGenerator;
import io.gkt.demo.training.GreedyModel.Continuation;
import io.gkt.inference.decoder.Precision;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "evaluate",
        description =
                "Measures the pair on held-out problems: each alone, the student with the teacher's first tokens, "
                        + "and two controls.",
        mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {

    @Option(names = "--teacher", description = "Model directory. Default: the embedded teacher")
    private Path teacherDirectory;

    @Option(names = "--student", description = "Model directory. Default: the embedded student")
    private Path studentDirectory;

    @Option(
            names = "--precision",
            defaultValue = "float32",
            description = "Number format of both models' matrices: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private Precision precision;

    @Option(names = "--problems", defaultValue = "500", description = "Default: ${DEFAULT-VALUE}")
    private int count;

    @Option(names = "--seed", defaultValue = "2", description = "Of the problems. Default: ${DEFAULT-VALUE}")
    private long seed;

    @Option(
            names = "--guidance",
            split = ",",
            defaultValue = "4,8,12,16",
            description = "Lengths of guidance in the teacher's tokens. Default: ${DEFAULT-VALUE}")
    private List<Integer> lengths;

    private final PrintWriter out = new PrintWriter(System.out, true);

    @Override
    public Integer call() throws Exception {
        var problems = ProblemGenerator.heldOut(seed).stream().limit(count).toList();
        try (var teacher = GreedyModel.load(
                        teacherDirectory == null ? DemoModels.teacher() : teacherDirectory, precision);
                var student = GreedyModel.load(
                        studentDirectory == null ? DemoModels.student() : studentDirectory, precision)) {
            out.println("| | solved | plan right | guidance / answer | result given away | whole plan given |");
            out.println("|---|---|---|---|---|---|");
            var alone = Score.of(teacher, problems, problem -> "");
            row("teacher alone", alone, " | | ");
            row("student alone", Score.of(student, problems, problem -> ""), " | | ");
            double answerTokens = alone.meanTokens();
            Map<Problem, String> guidance = Map.of();
            for (int length : lengths) {
                guidance = guidance(teacher, problems, length);
                var score = Score.of(student, problems, guidance::get);
                row("student + " + length + " tokens", score, handedOver(problems, guidance, length / answerTokens));
            }
            row("student + correct plan", Score.of(student, problems, p -> " " + p.planSentence()), " | | ");
            var shifted = new ArrayList<>(problems);
            Collections.rotate(shifted, 1);
            var others = new HashMap<Problem, String>();
            for (int i = 0; i < problems.size(); i++) {
                others.put(problems.get(i), guidance.get(shifted.get(i)));
            }
            row("student + another problem's guidance", Score.of(student, problems, others::get), " | | ");
            out.printf(
                    "%nThe teacher alone decodes %.1f tokens an answer. %d held-out problems, seed %d, %s.%n",
                    answerTokens, problems.size(), seed, precision.name().toLowerCase(Locale.ROOT));
        }
        return 0;
    }

    private static Map<Problem, String> guidance(GreedyModel teacher, List<Problem> problems, int length) {
        List<Continuation> beginnings =
                teacher.continueAll(problems.stream().map(Problem::prompt).toList(), length);
        var guidance = new HashMap<Problem, String>();
        for (int i = 0; i < problems.size(); i++) {
            guidance.put(problems.get(i), Guidance.of(beginnings.get(i)));
        }
        return guidance;
    }

    private static String handedOver(List<Problem> problems, Map<Problem, String> guidance, double share) {
        long givenAway = problems.stream()
                .filter(problem -> problem.isGivenAwayBy(guidance.get(problem)))
                .count();
        long planned = problems.stream()
                .filter(problem -> guidance.get(problem).startsWith(" " + problem.planSentence()))
                .count();
        return "%.0f %% | %.1f %% | %.1f %%"
                .formatted(100 * share, 100.0 * givenAway / problems.size(), 100.0 * planned / problems.size());
    }

    private void row(String name, Score score, String handedOver) {
        out.printf("| %s | %.1f %% | %.1f %% | %s |%n", name, score.percent(), score.planPercent(), handedOver);
    }
}
