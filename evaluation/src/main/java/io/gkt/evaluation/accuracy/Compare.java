package io.gkt.evaluation.accuracy;

import io.gkt.demo.problem.Problem;
import io.gkt.demo.problem.ProblemGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "compare",
        description = {
            "Asks one problem three ways: the student alone, the student with the teacher's guidance, the teacher alone.",
            "",
            "The problem is one that the demo models never saw in training. What the teacher wrote is shown in colour "
                    + "on a terminal, elsewhere in \u27e6brackets\u27e7."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar evaluation.jar compare --edge http://127.0.0.1:8080",
            "  java -jar evaluation.jar compare --edge http://127.0.0.1:8080 --guidance-tokens 8 --seed 5"
        })
public final class Compare implements Callable<Integer> {

    private static final long WARM_UP_SEED = -1;

    @Option(names = "--edge", required = true, paramLabel = "URL", description = "Where edge-student listens.")
    private URI edge;

    @Option(
            names = "--problem",
            paramLabel = "TEXT",
            description = "Asked instead of a problem of the demo's; whether the answers are right is then not said.")
    private String problem;

    @Option(
            names = "--guidance-tokens",
            converter = Positive.class,
            paramLabel = "N",
            description = "Most tokens of guidance. Default: the edge's setting.")
    private Integer guidanceTokens;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Which problem. Default: ${DEFAULT-VALUE}")
    private long seed;

    @Spec
    private CommandSpec spec;

    private record Question(String text, Problem known) {

        String verdict(String answer) {
            if (known == null) {
                return "";
            }
            return known.isSolvedBy(answer) ? ": right" : ": wrong";
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Edge student = new Edge(edge);
        PrintWriter out = spec.commandLine().getOut();
        Problem known = problem == null ? ProblemGenerator.heldOut(seed).next() : null;
        Question question = new Question(known == null ? problem : known.question(), known);
        // The first requests after a start are slow.
        ask(student, ProblemGenerator.heldOut(WARM_UP_SEED).next().question(), Mode.GKT);

        out.println(Ansi.AUTO.string("@|bold Problem|@"));
        out.println("  " + question.text);
        if (known != null) {
            out.println("  The right answer is " + known.result() + ".");
        }
        show("Student alone", question, ask(student, question.text, Mode.STUDENT));
        Answer guided = ask(student, question.text, Mode.GKT);
        show("Student with guidance", question, guided);
        show("Teacher alone", question, ask(student, question.text, Mode.TEACHER));
        out.println();
        if (!guided.guided()) {
            out.println("There was no guidance: " + guided.outcome());
        }
        out.flush();
        return guided.guided() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private Answer ask(Edge student, String text, Mode mode) throws IOException, InterruptedException {
        return student.ask(
                new Prompt(text, true),
                Dataset.DEMO.maxTokens(),
                GuidanceWish.of(mode, mode == Mode.GKT ? guidanceTokens : null));
    }

    private void show(String title, Question question, Answer answer) {
        PrintWriter out = spec.commandLine().getOut();
        out.println();
        out.println(Ansi.AUTO.string("@|bold " + title + "|@") + question.verdict(answer.text()));
        out.println("  " + (marked(answer.guidance().stripLeading()) + answer.continuation()).stripLeading());
        out.printf(
                "  %d tokens by the teacher, %d by the student; first text after %.0f ms, all after %.0f ms%n",
                answer.teacherTokens(), answer.studentTokens(), answer.firstTextMs(), answer.totalMs());
    }

    private static String marked(String guidance) {
        if (guidance.isEmpty()) {
            return "";
        }
        return Ansi.AUTO.enabled()
                ? Ansi.Style.on(Ansi.Style.fg_cyan) + guidance + Ansi.Style.off(Ansi.Style.fg_cyan)
                : "\u27e6" + guidance + "\u27e7";
    }
}
