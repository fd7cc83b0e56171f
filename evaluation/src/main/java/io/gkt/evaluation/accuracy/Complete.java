package io.gkt.evaluation.accuracy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "complete",
        description = {
            "Has the student finish the answers that a file of guidance begins: stage 2 alone.",
            "",
            "The file is what 'guidance' writes, or made elsewhere: a JSON object on each line with an id, such as "
                    + "demo-17 or gsm8k-17 (the line of the dataset, from 1), and guidance, the beginning of the answer; "
                    + "\"finish_reason\": \"stop\" says that it is the whole answer. Questions that it has no guidance "
                    + "for are left out. Results are those of 'accuracy --mode gkt'; their times are both stages' added."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar evaluation.jar complete --edge http://127.0.0.1:8080 --guidance guidance.jsonl --out gkt.jsonl",
            "  java -jar evaluation.jar complete --edge http://127.0.0.1:8080 --guidance hosted.jsonl \\",
            "      --dataset csqa --data dev_rand_split.jsonl --out csqa.jsonl"
        })
public final class Complete implements Callable<Integer> {

    @Mixin
    private RunOptions run;

    @Option(names = "--guidance", required = true, paramLabel = "FILE.jsonl", description = "The guidance.")
    private Path guidance;

    @Mixin
    private OutputOptions output;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Summary summary = AccuracyRun.run(run.settings(Mode.GKT, null, null, guidance, output), output.out());
        summary.print(spec.commandLine().getOut());
        return summary.errors() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
