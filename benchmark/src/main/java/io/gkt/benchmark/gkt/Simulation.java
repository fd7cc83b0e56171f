package io.gkt.benchmark.gkt;

import io.gkt.benchmark.gkt.SimulatedAnswer.Source;
import io.gkt.benchmark.result.Percentiles;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Users, edges and one teacher in simulated time, from the times of their steps. The same arguments give the same
 * outcome.
 *
 * @param teacher  times of the teacher's steps
 * @param student  times of the student's steps
 * @param workload what each request asks for
 * @param network  between edges and teacher, and between users and a teacher without edges
 */
record Simulation(StepCost teacher, StepCost student, Workload workload, Network network) {

    /**
     * What came of it.
     *
     * @param answers in the order of their ends
     * @param teacher what the teacher did
     * @param seconds from the beginning to the end of the last answer
     */
    record Outcome(List<SimulatedAnswer> answers, SimulatedTeacher.Report teacher, double seconds) {

        Percentiles totalMs() {
            return Percentiles.of(answers.stream().mapToDouble(SimulatedAnswer::totalMs));
        }

        Percentiles firstMs() {
            return Percentiles.of(answers.stream().mapToDouble(SimulatedAnswer::firstMs));
        }

        double share(Source source) {
            return (double) answers.stream()
                            .filter(answer -> answer.source() == source)
                            .count()
                    / answers.size();
        }

        double fallbackShare() {
            return (double) answers.stream()
                            .filter(answer -> answer.source().fallback())
                            .count()
                    / answers.size();
        }

        /** @return share of the time that the teacher spent in steps */
        double utilisation() {
            return teacher.busyNanos() / 1e9 / seconds;
        }

        /**
         * @param seconds from the beginning
         * @return guidances an hour that were there by then
         */
        double guidedPerHour(double seconds) {
            return answers.stream()
                            .filter(answer -> answer.source() == Source.GUIDED && answer.first() <= seconds * 1e9)
                            .count()
                    / seconds
                    * 3600;
        }

        /** @return answers or guidances that the teacher's machine would give an hour if it never had to wait */
        double teacherPerHour() {
            return teacher.finished() / (teacher.busyNanos() / 1e9) * 3600;
        }
    }

    /**
     * The teacher writes whole answers. Each user asks the next question when the answer is there.
     *
     * @param questions in all
     * @param users     at the same time
     * @param policy    the teacher's
     */
    Outcome teacherAlone(int questions, int users, TeacherPolicy policy) {
        Timeline timeline = new Timeline();
        SimulatedTeacher server = warmTeacher(timeline, policy);
        return closedLoop(questions, users, timeline, server, (user, done) -> {
            long arrival = timeline.now();
            long[] first = new long[1];
            Ask ask = new Ask(
                    workload.answer(),
                    Long.MAX_VALUE,
                    () -> first[0] = timeline.now() + network.down(),
                    () -> timeline.after(
                            network.down(),
                            () -> done.accept(new SimulatedAnswer(arrival, first[0], timeline.now(), Source.TEACHER))),
                    retryAfter -> {
                        throw new IllegalStateException("the queue has room for all users");
                    },
                    () -> {
                        throw new IllegalStateException("there is no deadline");
                    },
                    () -> {
                        throw new IllegalStateException("there is no deadline");
                    });
            timeline.after(network.up(), () -> server.submit(ask));
        });
    }

    /**
     * Edges with guidance. Each user has an edge in turn, and asks the next question when the answer is there.
     *
     * @param questions     in all
     * @param users         at the same time
     * @param edges         machines
     * @param teacherPolicy the teacher's
     * @param edgePolicy    each edge's
     */
    Outcome guided(int questions, int users, int edges, TeacherPolicy teacherPolicy, EdgePolicy edgePolicy) {
        Timeline timeline = new Timeline();
        SimulatedTeacher server = warmTeacher(timeline, teacherPolicy);
        List<SimulatedEdge> all = edges(edges, timeline, server, edgePolicy);
        return closedLoop(
                questions,
                users,
                timeline,
                server,
                (user, done) -> all.get(user % edges).ask(done));
    }

    /** Somebody who can be asked, and tells the answer when it is complete. */
    private interface Service {
        void ask(int user, Consumer<SimulatedAnswer> done);
    }

    private Outcome closedLoop(int questions, int users, Timeline timeline, SimulatedTeacher server, Service service) {
        List<SimulatedAnswer> answers = new ArrayList<>();
        int[] left = {questions};
        for (int user = 0; user < users; user++) {
            askOn(user, left, answers, timeline, service);
        }
        timeline.run();
        return outcome(answers, server);
    }

    private static void askOn(int user, int[] left, List<SimulatedAnswer> answers, Timeline timeline, Service service) {
        if (left[0]-- > 0) {
            timeline.after(
                    0,
                    () -> service.ask(user, answer -> {
                        answers.add(answer);
                        askOn(user, left, answers, timeline, service);
                    }));
        }
    }

    /**
     * Edges whose users ask at random times, whatever becomes of their answers (open loop, Poisson).
     *
     * @param edges         machines
     * @param perMinute     requests of each edge
     * @param seconds       for which they ask
     * @param teacherPolicy the teacher's
     * @param edgePolicy    each edge's
     * @param seed          of the times
     */
    Outcome open(
            int edges,
            double perMinute,
            double seconds,
            TeacherPolicy teacherPolicy,
            EdgePolicy edgePolicy,
            long seed) {
        Timeline timeline = new Timeline();
        SimulatedTeacher server = warmTeacher(timeline, teacherPolicy);
        List<SimulatedAnswer> answers = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(seed);
        long end = Timeline.nanos(seconds * 1e3);
        double meanMs = 60_000 / perMinute;
        for (SimulatedEdge edge : edges(edges, timeline, server, edgePolicy)) {
            askAtRandom(edge, random.split(), meanMs, end, answers, timeline);
        }
        timeline.run();
        return outcome(answers, server);
    }

    private static void askAtRandom(
            SimulatedEdge edge,
            SplittableRandom random,
            double meanMs,
            long end,
            List<SimulatedAnswer> answers,
            Timeline timeline) {
        long delay = Timeline.nanos(-Math.log(1 - random.nextDouble()) * meanMs);
        if (timeline.now() + delay < end) {
            timeline.after(delay, () -> {
                edge.ask(answers::add);
                askAtRandom(edge, random, meanMs, end, answers, timeline);
            });
        }
    }

    private SimulatedTeacher warmTeacher(Timeline timeline, TeacherPolicy policy) {
        SimulatedTeacher server = new SimulatedTeacher(timeline, teacher, policy, workload.teacher());
        server.warmUp();
        return server;
    }

    private List<SimulatedEdge> edges(int count, Timeline timeline, SimulatedTeacher server, EdgePolicy policy) {
        List<SimulatedEdge> edges = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SimulatedEdge edge = new SimulatedEdge(timeline, student, policy, workload, network, server);
            edge.warmUp();
            edges.add(edge);
        }
        return edges;
    }

    /**
     * The time of a set of questions as the paper counts it: the teacher's guidance for all of them, in batches, and
     * after that the students' answers, one after the other. Nothing overlaps and no network is between.
     *
     * @param questions in all
     * @param edges     students at work; the paper has one
     * @param policy    the teacher's
     * @return seconds of both stages
     */
    PaperTime paperTime(int questions, int edges, TeacherPolicy policy) {
        double guidance = guidanceAlone(questions, questions, policy).seconds();
        int given = workload.studentGuidance();
        int cached = policy.prefixReuse() ? workload.student().shared() : 0;
        int prompt = workload.student().tokens() + given;
        double completion = student.prompt(prompt - cached, cached, SimulatedEdge.PREFILL_CHUNK)
                + student.answer(workload.answer() - given - 1, prompt + 1);
        int rounds = (questions + edges - 1) / edges;
        return new PaperTime(guidance, rounds * completion / 1e3);
    }

    /**
     * The same of the teacher alone, all of whose answers count as guidance.
     *
     * @param questions in all
     * @param policy    the teacher's
     * @return its seconds
     */
    PaperTime paperTime(int questions, TeacherPolicy policy) {
        return new PaperTime(
                nextToTeacher(workload, questions, questions, policy).seconds(), 0);
    }

    /**
     * The teacher writes guidance for users next to it, without students. Each asks again when the guidance is there.
     *
     * @param questions in all
     * @param users     at the same time, for all of whom the queue has room
     * @param policy    the teacher's
     */
    Outcome guidanceAlone(int questions, int users, TeacherPolicy policy) {
        Workload asked =
                new Workload(workload.teacher(), workload.student(), workload.guidance(), 0, workload.guidance());
        return nextToTeacher(asked, questions, users, policy);
    }

    private Outcome nextToTeacher(Workload asked, int questions, int users, TeacherPolicy policy) {
        return new Simulation(teacher, student, asked, Network.NONE)
                .teacherAlone(questions, users, policy.withQueueCapacity(users));
    }

    /**
     * @param guidanceSeconds   of the teacher, for all questions
     * @param completionSeconds of the students, for all questions
     */
    record PaperTime(double guidanceSeconds, double completionSeconds) {

        double seconds() {
            return guidanceSeconds + completionSeconds;
        }
    }

    private static Outcome outcome(List<SimulatedAnswer> answers, SimulatedTeacher server) {
        long end = answers.stream().mapToLong(SimulatedAnswer::end).max().orElse(0);
        return new Outcome(List.copyOf(answers), server.report(), end / 1e9);
    }
}
