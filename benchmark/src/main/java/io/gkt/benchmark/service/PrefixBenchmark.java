package io.gkt.benchmark.service;

import io.gkt.benchmark.load.Questions;
import io.gkt.benchmark.load.Reply;
import io.gkt.benchmark.load.TeacherClient;
import io.gkt.benchmark.process.ServiceJars;
import io.gkt.benchmark.process.ServiceProcess;
import io.gkt.benchmark.process.TeacherModel;
import io.gkt.benchmark.result.MarkdownTable;
import io.gkt.benchmark.result.Percentiles;
import io.gkt.benchmark.shape.Shape;
import io.gkt.protocol.GuidanceRequest;
import io.gkt.protocol.GuidanceResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command. */
@Command(
        name = "prefix",
        description = {
            "Measures what the KV cache saves where prompts begin alike.",
            "",
            "Questions with the same worked examples before them. Each is asked twice: of a slot that holds nothing of "
                    + "it, and after another question with the same examples. Both must say the same."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the answers are the same", "1:they are not", "2:wrong usage"},
        footerHeading = "%nExample:%n",
        footer = "  java -jar benchmark/target/bench.jar prefix --shape SMOLLM2_135M")
public final class PrefixBenchmark implements Callable<Integer> {

    private static final int TOKENS = 16;

    @Mixin
    private ServiceJars jars;

    @Option(
            names = "--shape",
            defaultValue = "SMOLLM2_135M",
            description =
                    "Shape of the model, with random weights: ${COMPLETION-CANDIDATES}. " + "Default: ${DEFAULT-VALUE}")
    private Shape shape;

    @Option(
            names = "--examples",
            paramLabel = "N",
            defaultValue = "8",
            description = "Worked examples before each question. Default: ${DEFAULT-VALUE}")
    private int examples;

    @Option(
            names = "--questions",
            paramLabel = "N",
            defaultValue = "9",
            description = "Questions. Default: ${DEFAULT-VALUE}")
    private int count;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> settings = new ArrayList<>(TeacherModel.settings(TeacherModel.random(shape)));
        settings.add("--gkt.teacher.max-batch-size=1");
        List<GuidanceResponse> cold = new ArrayList<>();
        List<GuidanceResponse> warm = new ArrayList<>();
        try (ServiceProcess teacher = jars.teacher(Map.of(), settings)) {
            TeacherClient client = new TeacherClient(teacher.url());
            Questions questions = new Questions(1, examples, TOKENS, true);
            for (int i = 0; i < count; i++) {
                GuidanceRequest question = questions.next();
                forget(client);
                cold.add(ask(client, question));
                forget(client);
                ask(client, questions.next());
                warm.add(ask(client, question));
            }
        }
        boolean same = cold.stream()
                .map(GuidanceResponse::text)
                .toList()
                .equals(warm.stream().map(GuidanceResponse::text).toList());
        double coldMs = Percentiles.median(cold.stream(), PrefixBenchmark::timeToFirstToken);
        double warmMs = Percentiles.median(warm.stream(), PrefixBenchmark::timeToFirstToken);
        PrintWriter console = spec.commandLine().getOut();
        console.printf(
                "%n%s with random weights, %d worked examples, medians of %d questions%n%n%s%n",
                shape,
                examples,
                count,
                new MarkdownTable("request", "prompt tokens", "of them cached", "first token after, ms", "× as fast")
                        .row("first", tokens(cold), cached(cold), coldMs, 1.0)
                        .row("same examples again", tokens(warm), cached(warm), warmMs, coldMs / warmMs));
        console.println(same ? "All answers are the same." : "Some answers differ.");
        return same ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    /** The slot is filled with something that begins otherwise. */
    private static void forget(TeacherClient client) throws IOException {
        ask(client, new GuidanceRequest("forget", null, null, null, "(Nothing of interest.)", 1, null, null, null));
    }

    private static GuidanceResponse ask(TeacherClient client, GuidanceRequest request) throws IOException {
        Reply reply = client.ask(request, System.nanoTime()).join();
        if (!reply.answered()) {
            throw new IOException("the teacher answered " + reply.status());
        }
        return reply.response();
    }

    private static double timeToFirstToken(GuidanceResponse response) {
        return response.timings().queueMs() + response.timings().prefillMs();
    }

    private static int tokens(List<GuidanceResponse> responses) {
        return (int) Percentiles.median(
                responses.stream(), response -> response.usage().promptTokens());
    }

    private static int cached(List<GuidanceResponse> responses) {
        return (int) Percentiles.median(
                responses.stream(),
                response -> response.usage().promptTokensDetails().cachedTokens());
    }
}
