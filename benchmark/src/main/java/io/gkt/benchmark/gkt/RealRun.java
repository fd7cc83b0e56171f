package io.gkt.benchmark.gkt;

import io.gkt.benchmark.gkt.Simulation.Outcome;
import io.gkt.benchmark.load.EdgeClient;
import io.gkt.benchmark.load.Load;
import io.gkt.benchmark.load.Questions;
import io.gkt.benchmark.load.Reply;
import io.gkt.benchmark.load.TeacherClient;
import io.gkt.benchmark.process.ServiceJars;
import io.gkt.benchmark.process.ServiceProcess;
import io.gkt.benchmark.result.MarkdownTable;
import io.gkt.benchmark.result.Percentiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.JsonNode;

/**
 * Both services on this machine, beside what the simulation says of them. The teacher works alone first; then the pair
 * does, one user at a time, so that both compute at once only while the student reads the prompt.
 */
final class RealRun {

    private static final String COMPLETIONS = "/v1/completions";
    private static final int EXAMPLES = 8;
    /** Between processes of one machine, HTTP and queueing included. */
    private static final Network LOOPBACK = new Network(3, 1e4, 0, 0);

    private final ServiceJars jars;
    private final Side teacher;
    private final Side student;
    private final Workload workload;
    private final TeacherPolicy policy;
    private final MarkdownTable table = new MarkdownTable("milliseconds", "simulated", "seen", "seen / simulated");

    /** @param workload of which the lengths of guidance and answer are taken; those of prompts are seen */
    RealRun(ServiceJars jars, Side teacher, Side student, Workload workload, int batch) {
        this.jars = jars;
        this.teacher = teacher;
        this.student = student;
        this.workload = workload;
        this.policy = TeacherPolicy.DEFAULT.withBatchSize(batch);
    }

    /**
     * Runs both and compares.
     *
     * @param questions of one user; as many users as a batch has rows ask two each
     */
    MarkdownTable compare(StepCost teacherCost, StepCost studentCost, int questions)
            throws IOException, InterruptedException {
        List<String> settings = new ArrayList<>(teacher.settings("gkt.teacher"));
        settings.add("--gkt.teacher.max-batch-size=" + policy.maxBatchSize());
        settings.add("--gkt.teacher.context-length=2048");
        Questions asked = new Questions(1, EXAMPLES, workload.guidance(), true);
        try (ServiceProcess server = jars.teacher(Map.of(), settings)) {
            teacherAlone(server, asked, new Simulation(teacherCost, studentCost, workload, LOOPBACK), questions);
            List<String> edgeSettings = new ArrayList<>(student.settings("gkt.student"));
            edgeSettings.add("--gkt.student.guidance.timeout=300s");
            edgeSettings.add("--gkt.student.request-timeout=300s");
            edgeSettings.add("--gkt.student.context-length=2048");
            try (ServiceProcess edge = jars.edge(server.url(), Map.of(), edgeSettings)) {
                pair(edge, asked, teacherCost, studentCost, questions);
            }
        }
        return table;
    }

    private void teacherAlone(ServiceProcess server, Questions asked, Simulation simulation, int questions)
            throws IOException, InterruptedException {
        TeacherClient client = new TeacherClient(server.url());
        int batch = policy.maxBatchSize();
        answered(Load.closed(client, asked, batch, batch));
        compare("1 user", answered(Load.closed(client, asked, 1, questions)), simulation, 1);
        if (batch > 1) {
            compare(batch + " users", answered(Load.closed(client, asked, batch, 2 * batch)), simulation, batch);
        }
    }

    private static Load answered(Load load) throws IOException {
        if (load.rejected() > 0) {
            throw new IOException("the teacher did not answer " + load.rejected() + " requests");
        }
        return load;
    }

    private void compare(String users, Load seen, Simulation simulation, int connections) {
        int prompt = (int) seen.percentiles(reply -> reply.response().usage().promptTokens())
                .p50();
        int cached = (int) seen.percentiles(
                        reply -> reply.response().usage().promptTokensDetails().cachedTokens())
                .p50();
        Workload same = Workload.of(cached, prompt - cached, workload.guidance(), workload.guidance());
        Outcome simulated = new Simulation(simulation.teacher(), simulation.student(), same, simulation.network())
                .teacherAlone(seen.replies().size(), connections, policy);
        String name = "teacher, " + users + ": ";
        row(name + "all guidance", simulated.seconds() * 1e3, seen.seconds() * 1e3);
        row(
                name + "guidance p50",
                simulated.totalMs().p50(),
                seen.percentiles(Reply::latencyMs).p50());
    }

    private void pair(ServiceProcess edge, Questions asked, StepCost teacherCost, StepCost studentCost, int questions)
            throws IOException, InterruptedException {
        EdgeClient client = new EdgeClient(edge.url());
        ask(client, asked);
        List<JsonNode> answers = new ArrayList<>();
        for (int i = 0; i < questions; i++) {
            answers.add(ask(client, asked));
        }
        Workload same = new Workload(
                prompt(answers, "/gkt/guidance/teacher_usage"),
                prompt(answers, "/usage"),
                (int) median(answers, "/gkt/guidance/teacher_usage/completion_tokens"),
                (int) median(answers, "/gkt/guidance/tokens"),
                (int) median(answers, "/usage/completion_tokens"));
        Outcome simulated = new Simulation(teacherCost, studentCost, same, LOOPBACK)
                .guided(questions, 1, 1, policy, EdgePolicy.DEFAULT.patient());
        double guidance = simulated.firstMs().p50();
        double total = simulated.totalMs().p50();
        row("pair, 1 user: guidance p50", guidance, median(answers, "/gkt/timings/guidance_ms"));
        row("pair, 1 user: student's part p50", total - guidance, Percentiles.median(answers.stream(), student()));
        row("pair, 1 user: answer p50", total, median(answers, "/gkt/timings/total_ms"));
    }

    private JsonNode ask(EdgeClient client, Questions asked) throws IOException, InterruptedException {
        return client.whole(
                COMPLETIONS,
                Map.of(
                        "prompt",
                        asked.next().prompt(),
                        "max_tokens",
                        workload.answer(),
                        "temperature",
                        0,
                        "ignore_eos",
                        true,
                        "guidance",
                        Map.of("max_tokens", workload.guidance())));
    }

    private static ToDoubleFunction<JsonNode> student() {
        return answer -> answer.at("/gkt/timings/total_ms").asDouble()
                - answer.at("/gkt/timings/guidance_ms").asDouble();
    }

    private static Workload.Prompt prompt(List<JsonNode> answers, String usage) {
        return new Workload.Prompt((int) median(answers, usage + "/prompt_tokens"), (int)
                median(answers, usage + "/prompt_tokens_details/cached_tokens"));
    }

    private static double median(List<JsonNode> answers, String pointer) {
        return Percentiles.median(answers.stream(), answer -> answer.at(pointer).asDouble());
    }

    private void row(String what, double simulated, double seen) {
        table.row(what, simulated, seen, seen / simulated);
    }
}
