package io.gkt.evaluation.accuracy;

import io.gkt.demo.problem.ProblemGenerator;
import io.gkt.protocol.Timings;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "overhead",
        description = {
            "Measures what HTTP, queueing and batching add to a guidance request.",
            "",
            "Asks for guidance one request after the other. The overhead of one is the time until its response is here, "
                    + "less the prefill and decode times that the response reports."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = "  java -jar evaluation.jar overhead --teacher http://127.0.0.1:8090 --requests 500")
public final class Overhead implements Callable<Integer> {

    @Option(names = "--teacher", required = true, paramLabel = "URL", description = "Where cloud-teacher listens.")
    private URI teacher;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "300",
            description = "Requests measured. Default: ${DEFAULT-VALUE}")
    private int requests;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "100",
            description = "Requests before those. Default: ${DEFAULT-VALUE}")
    private int warmUp;

    @Option(
            names = "--guidance-tokens",
            paramLabel = "N",
            defaultValue = "12",
            description = "Tokens asked for. Default: ${DEFAULT-VALUE}")
    private int tokens;

    @Spec
    private CommandSpec spec;

    private record Sample(double total, double queue, double engine) {

        double overhead() {
            return total - engine;
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Teacher asked = new Teacher(teacher);
        ProblemGenerator problems = ProblemGenerator.heldOut(1);
        for (int i = 0; i < warmUp; i++) {
            ask(asked, problems.next().question(), "warm-up-" + i);
        }
        Sample[] samples = new Sample[requests];
        for (int i = 0; i < requests; i++) {
            samples[i] = ask(asked, problems.next().question(), "overhead-" + i);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%d requests of %d tokens, one after the other, milliseconds%n", requests, tokens);
        out.printf("%-34s %8s %8s%n", "", "median", "p95");
        row(out, "response here", samples, Sample::total);
        row(out, "prefill and decode", samples, Sample::engine);
        row(out, "overhead", samples, Sample::overhead);
        row(out, "of it waiting for company (queue)", samples, Sample::queue);
        return ExitCode.OK;
    }

    private Sample ask(Teacher asked, String question, String id) throws IOException, InterruptedException {
        Teacher.Reply reply = asked.ask(id, new Prompt(question, true), tokens);
        Timings timings = reply.response().timings();
        return new Sample(reply.totalMs(), timings.queueMs(), timings.prefillMs() + timings.decodeMs());
    }

    private static void row(PrintWriter out, String name, Sample[] samples, ToDoubleFunction<Sample> part) {
        Percentiles percentiles = Percentiles.of(Arrays.stream(samples).mapToDouble(part));
        out.printf("%-34s %8.2f %8.2f%n", name, percentiles.p50(), percentiles.p95());
    }
}
