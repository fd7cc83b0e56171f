package io.gkt.evaluation.accuracy;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

@Command(
        name = "guidance",
        description = {
            "Has the teacher begin the answers to a dataset's questions: stage 1 alone.",
            "",
            "The teacher batches what --concurrency asks at the same time. 'complete' goes on from the file, with the "
                    + "same answers as 'accuracy --mode gkt'."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar evaluation.jar guidance --teacher http://127.0.0.1:8090 --concurrency 16 --out guidance.jsonl",
            "  java -jar evaluation.jar guidance --teacher http://127.0.0.1:8090 --dataset aqua --data test.json \\",
            "      --concise hint --out hints.jsonl"
        })
public final class StageOne implements Callable<Integer> {

    @Option(names = "--teacher", required = true, paramLabel = "URL", description = "Where cloud-teacher listens.")
    private URI teacher;

    @Mixin
    private QuestionOptions questions;

    @Option(
            names = "--guidance-tokens",
            converter = Positive.class,
            paramLabel = "N",
            description = "Most tokens of guidance. Default: 12, 40, 30 and 20 for demo, gsm8k, csqa and aqua.")
    private Integer guidanceTokens;

    @Option(
            names = "--concise",
            paramLabel = "HOW",
            description = "Tell the teacher to be short: ${COMPLETION-CANDIDATES}.")
    private Concise concise;

    @Mixin
    private OutputOptions output;

    @Spec
    private CommandSpec spec;

    /** What lies beside a file of guidance. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    private record Summary(
            Dataset dataset,
            boolean chat,
            int fewShot,
            int guidanceTokens,
            int concurrency,
            long seed,
            int n,
            int complete,
            int errors,
            long teacherPromptTokens,
            long teacherTokens,
            Percentiles guidanceMs,
            double wallSeconds,
            long bytesUp,
            long bytesDown,
            String started,
            String command) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        Questions asked = questions.questions();
        int tokens = guidanceTokens == null ? questions.dataset().guidanceTokens() : guidanceTokens;
        Report report = new Report(asked, tokens, output.concurrency(), questions.command());
        Batch<Guidance> batch = new Batch<>(asked.load(), output.out(), report);
        if (output.resume()) {
            batch.resume(Guidance.class, line -> true);
        }
        GuidanceSource source = GuidanceSource.teacher(new Teacher(teacher), asked.style(), concise, tokens);
        batch.run(source::guidance, output.concurrency());
        Summary summary = report.summary(batch.results(), batch.pace());
        spec.commandLine()
                .getOut()
                .println(String.format(
                        Locale.ROOT,
                        "%s: guidance for %,d questions, %,d of them answered whole; %,d tokens in %.1f s; %,d failed",
                        summary.dataset,
                        summary.n,
                        summary.complete,
                        summary.teacherTokens,
                        summary.wallSeconds,
                        summary.errors));
        return summary.errors == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private record Report(Questions questions, int tokens, int concurrency, String command)
            implements Batch.Report<Guidance> {

        @Override
        public String progress(List<Guidance> lines) {
            return lines.stream().mapToInt(Guidance::teacherTokens).sum() + " tokens";
        }

        @Override
        public Summary summary(List<Guidance> lines, Pace pace) {
            return new Summary(
                    questions.style().dataset(),
                    questions.style().chat(),
                    questions.style().shots(),
                    tokens,
                    concurrency,
                    questions.seed(),
                    lines.size(),
                    (int) lines.stream().filter(Guidance::complete).count(),
                    pace.errors(),
                    lines.stream().mapToLong(Guidance::teacherPromptTokens).sum(),
                    lines.stream().mapToLong(Guidance::teacherTokens).sum(),
                    Percentiles.of(lines.stream().mapToDouble(Guidance::guidanceMs)),
                    pace.seconds(),
                    lines.stream().mapToLong(Guidance::bytesUp).sum(),
                    lines.stream().mapToLong(Guidance::bytesDown).sum(),
                    pace.started().toString(),
                    command);
        }
    }
}
