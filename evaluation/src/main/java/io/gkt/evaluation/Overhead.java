package io.gkt.evaluation;

import io.gkt.demo.problem.ProblemGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

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
final class Overhead implements Callable<Integer> {

    private static final JsonMapper JSON = JsonMapper.shared();

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

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private record Sample(double total, double queue, double engine) {

        double overhead() {
            return total - engine;
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ProblemGenerator problems = ProblemGenerator.heldOut(1);
        for (int i = 0; i < warmUp; i++) {
            ask(problems.next().question(), "warm-up-" + i);
        }
        Sample[] samples = new Sample[requests];
        for (int i = 0; i < requests; i++) {
            samples[i] = ask(problems.next().question(), "overhead-" + i);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%d requests of %d tokens, one after the other, milliseconds%n", requests, tokens);
        out.printf("%-34s %8s %8s%n", "", "median", "p95");
        row(
                out,
                "response here",
                Arrays.stream(samples).mapToDouble(Sample::total).toArray());
        row(
                out,
                "prefill and decode",
                Arrays.stream(samples).mapToDouble(Sample::engine).toArray());
        row(
                out,
                "overhead",
                Arrays.stream(samples).mapToDouble(Sample::overhead).toArray());
        row(
                out,
                "of it waiting for company (queue)",
                Arrays.stream(samples).mapToDouble(Sample::queue).toArray());
        return ExitCode.OK;
    }

    private Sample ask(String question, String id) throws IOException, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("id", id).put("max_tokens", tokens);
        body.putArray("messages").addObject().put("role", "user").put("content", question);
        HttpRequest request = HttpRequest.newBuilder(teacher.resolve("/v1/guidance"))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofMinutes(1))
                .POST(BodyPublishers.ofString(body.toString()))
                .build();
        long asked = System.nanoTime();
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        double total = (System.nanoTime() - asked) / 1e6;
        if (response.statusCode() != 200) {
            throw new IOException(teacher + " answered " + response.statusCode() + ": " + response.body());
        }
        JsonNode timings = JSON.readTree(response.body()).path("timings");
        return new Sample(
                total,
                timings.path("queue_ms").asDouble(),
                timings.path("prefill_ms").asDouble()
                        + timings.path("decode_ms").asDouble());
    }

    private static void row(PrintWriter out, String name, double[] values) {
        Arrays.sort(values);
        out.printf(
                "%-34s %8.2f %8.2f%n",
                name, values[values.length / 2], values[(int) Math.ceil(values.length * 0.95) - 1]);
    }
}
