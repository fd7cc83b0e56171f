package io.gkt.benchmark.gkt;

import io.gkt.benchmark.gkt.Simulation.Outcome;
import io.gkt.benchmark.gkt.Simulation.PaperTime;
import io.gkt.benchmark.result.MarkdownTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The same questions answered in each way: by the teacher alone without and with batches, and by GKT. All simulated. */
final class Comparison {

    private final List<Alternative> alternatives = new ArrayList<>();
    private final int batch;

    /**
     * One way.
     *
     * @param name  of it
     * @param paper time of all questions, as the paper counts it
     * @param alone what a user sees who is the only one
     * @param busy  many users at the same time
     */
    private record Alternative(String name, PaperTime paper, Outcome alone, Outcome busy) {}

    /**
     * Simulates all ways.
     *
     * @param simulation of both models
     * @param questions  in all
     * @param users      at the same time
     * @param batches    sizes that the teacher may have
     * @param edges      how many there may be
     */
    Comparison(Simulation simulation, int questions, int users, List<Integer> batches, List<Integer> edges) {
        TeacherPolicy patient = TeacherPolicy.DEFAULT.withQueueCapacity(Math.max(users, questions));
        batch = batches.stream()
                .min(Comparator.comparingDouble(size -> simulation
                        .paperTime(questions, patient.withBatchSize(size))
                        .seconds()))
                .orElseThrow();
        TeacherPolicy one = patient.withBatchSize(1);
        TeacherPolicy best = patient.withBatchSize(batch);
        teacherAlone("teacher, batch 1, no prefix reuse", simulation, questions, users, one.withPrefixReuse(false));
        teacherAlone("teacher, batch 1", simulation, questions, users, one);
        teacherAlone("teacher, batch " + batch, simulation, questions, users, best);
        EdgePolicy edge = EdgePolicy.DEFAULT.patient();
        for (int count : edges) {
            alternatives.add(new Alternative(
                    "GKT, " + count + (count == 1 ? " edge" : " edges"),
                    simulation.paperTime(questions, count, best),
                    simulation.guided(3, 1, 1, best, edge),
                    simulation.guided(questions, users, count, best, edge)));
        }
    }

    private void teacherAlone(String name, Simulation simulation, int questions, int users, TeacherPolicy policy) {
        alternatives.add(new Alternative(
                name,
                simulation.paperTime(questions, policy),
                simulation.teacherAlone(3, 1, policy),
                simulation.teacherAlone(questions, users, policy)));
    }

    /** @return the size at which the teacher alone is fastest, which all batches here have */
    int batch() {
        return batch;
    }

    private Alternative batchOne() {
        return alternatives.get(1);
    }

    private Alternative batched() {
        return alternatives.get(2);
    }

    MarkdownTable asThePaperCounts() {
        MarkdownTable table = new MarkdownTable(
                "as the paper counts",
                "teacher, s",
                "+ students, s",
                "= all, s",
                "× no reuse",
                "× batch 1",
                "× batch " + batch);
        for (Alternative alternative : alternatives) {
            double seconds = alternative.paper.seconds();
            table.row(
                    alternative.name,
                    alternative.paper.guidanceSeconds(),
                    alternative.paper.completionSeconds(),
                    seconds,
                    alternatives.get(0).paper.seconds() / seconds,
                    batchOne().paper.seconds() / seconds,
                    batched().paper.seconds() / seconds);
        }
        return table;
    }

    MarkdownTable asServed() {
        MarkdownTable table = new MarkdownTable(
                "as served",
                "all, s",
                "× batch 1",
                "× batch " + batch,
                "answer p50, s",
                "p95",
                "first text p50, s",
                "lone user's answer, s",
                "first text, s",
                "teacher busy, %",
                "answers/h of its machine");
        for (Alternative alternative : alternatives) {
            Outcome busy = alternative.busy;
            table.row(
                    alternative.name,
                    busy.seconds(),
                    batchOne().busy.seconds() / busy.seconds(),
                    batched().busy.seconds() / busy.seconds(),
                    busy.totalMs().p50() / 1e3,
                    busy.totalMs().p95() / 1e3,
                    busy.firstMs().p50() / 1e3,
                    alternative.alone.totalMs().p50() / 1e3,
                    alternative.alone.firstMs().p50() / 1e3,
                    100 * busy.utilisation(),
                    busy.teacherPerHour());
        }
        return table;
    }
}
