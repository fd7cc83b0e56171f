package io.gkt.benchmark.service;

import io.gkt.benchmark.load.EdgeClient;
import io.gkt.benchmark.load.Questions;
import io.gkt.benchmark.process.ServiceJars;
import io.gkt.benchmark.process.ServiceProcess;
import io.gkt.benchmark.process.TeacherModel;
import io.gkt.benchmark.result.MarkdownTable;
import io.gkt.benchmark.result.Percentiles;
import io.gkt.benchmark.shape.Shape;
import java.io.IOException;
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
import tools.jackson.databind.JsonNode;

/** The command. */
@Command(
        name = "handover",
        description = {
            "Shows when the pair does what, from the request to the student's first token.",
            "",
            "The student reads the prompt while the teacher writes guidance, so that only the guidance is to be read once "
                    + "it is there. Beside it: the same questions without guidance, where the student's first token has "
                    + "to wait for the prompt. No prompt begins like another, so that the KV cache helps neither."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = "  java -jar benchmark/target/bench.jar handover --questions 9")
public final class HandoverBenchmark implements Callable<Integer> {

    private static final String COMPLETIONS = "/v1/completions";

    @Mixin
    private ServiceJars jars;

    @Option(
            names = "--teacher-shape",
            defaultValue = "QWEN2_5_0_5B",
            description = "Shape of the teacher, with random weights. Default: ${DEFAULT-VALUE}")
    private Shape teacherShape;

    @Option(
            names = "--student-shape",
            defaultValue = "SMOLLM2_135M",
            description = "Shape of the student, with random weights: ${COMPLETION-CANDIDATES}. "
                    + "Default: ${DEFAULT-VALUE}")
    private Shape studentShape;

    @Option(
            names = "--examples",
            paramLabel = "N",
            defaultValue = "3",
            description = "Worked examples before each question. Default: ${DEFAULT-VALUE}")
    private int examples;

    @Option(
            names = "--guidance-tokens",
            paramLabel = "N",
            defaultValue = "40",
            description = "Tokens of guidance. Default: ${DEFAULT-VALUE}")
    private int tokens;

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
        try (ServiceProcess teacher = jars.teacher(Map.of(), TeacherModel.settings(TeacherModel.random(teacherShape)));
                ServiceProcess edge = jars.edge(
                        teacher.url(),
                        Map.of(),
                        List.of(
                                "--gkt.student.model="
                                        + TeacherModel.random(studentShape).toAbsolutePath(),
                                "--gkt.student.guidance.timeout=60s"))) {
            EdgeClient client = new EdgeClient(edge.url());
            Questions questions = new Questions(1, examples, tokens, true);
            List<JsonNode> alone = new ArrayList<>();
            List<JsonNode> guided = new ArrayList<>();
            for (int i = -2; i < 2 * count; i++) {
                boolean withGuidance = i % 2 == 0;
                JsonNode answer = client.whole(
                        COMPLETIONS,
                        Map.of(
                                "prompt",
                                i + questions.next().prompt(),
                                "max_tokens",
                                tokens + 20,
                                "temperature",
                                0,
                                "ignore_eos",
                                true,
                                "guidance",
                                withGuidance ? Map.of("max_tokens", tokens) : Map.of("mode", "off")));
                if (i >= 0) {
                    (withGuidance ? guided : alone).add(answer);
                }
            }
            double promptAlone = ms(alone, "handover_ms");
            double afterGuidance = ms(guided, "handover_ms");
            spec.commandLine()
                    .getOut()
                    .printf(
                            "%nTeacher %s, student %s, both with random weights; prompts of %.0f tokens, %d tokens of "
                                    + "guidance; medians of %d questions, milliseconds from the request%n%n%s",
                            teacherShape,
                            studentShape,
                            Percentiles.median(
                                    guided.stream(),
                                    answer -> answer.path("usage")
                                            .path("prompt_tokens")
                                            .asDouble()),
                            tokens,
                            count,
                            new MarkdownTable("", "with guidance", "without")
                                    .row("guidance is there after", ms(guided, "guidance_ms"), "")
                                    .row("from there to the student's first token", afterGuidance, promptAlone)
                                    .row(
                                            "student's first token after",
                                            ms(guided, "guidance_ms") + afterGuidance,
                                            promptAlone));
            return ExitCode.OK;
        }
    }

    private static double ms(List<JsonNode> answers, String timing) {
        return Percentiles.median(
                answers.stream(),
                answer -> answer.path("gkt").path("timings").path(timing).asDouble());
    }
}
