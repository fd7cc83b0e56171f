package io.gkt.evaluation.accuracy;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "accuracy",
        description = {
            "Measures how many questions of a dataset are answered right, and at what cost.",
            "",
            "Answers are greedy, and an answer that states no result is wrong. Ctrl-C leaves a file that --resume goes "
                    + "on with. Requests that fail are counted and never repeated; when the edge is gone, the run ends."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar evaluation.jar accuracy --edge http://127.0.0.1:8080 --mode gkt --out gkt.jsonl",
            "  java -jar evaluation.jar accuracy --edge http://127.0.0.1:8080 --mode student --out student.jsonl",
            "  java -jar evaluation.jar accuracy --edge http://127.0.0.1:8080 --teacher http://127.0.0.1:8090 \\",
            "      --dataset gsm8k --data test.jsonl --mode gkt --teacher-price 10 --out gsm8k.jsonl"
        })
public final class Accuracy implements Callable<Integer> {

    @Mixin
    private RunOptions run;

    @Option(
            names = "--mode",
            required = true,
            paramLabel = "MODE",
            description = "Who answers: ${COMPLETION-CANDIDATES}.")
    private Mode mode;

    @Option(
            names = "--guidance-tokens",
            converter = Positive.class,
            paramLabel = "N",
            description = "Most tokens of guidance. Default: 12, 40, 30 and 20 for demo, gsm8k, csqa and aqua.")
    private Integer guidanceTokens;

    @Option(
            names = "--concise",
            paramLabel = "HOW",
            description = "Tell the teacher, and only it, to be short: ${COMPLETION-CANDIDATES}. Needs --teacher.")
    private Concise concise;

    @Mixin
    private OutputOptions output;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Settings settings = run.settings(mode, guidanceTokens, concise, null, output);
        if (concise != null && (mode != Mode.GKT || settings.teacher() == null)) {
            throw new ParameterException(spec.commandLine(), "--concise goes with --mode gkt and --teacher URL");
        }
        Summary summary = AccuracyRun.run(settings, output.out());
        summary.print(spec.commandLine().getOut());
        return summary.errors() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
