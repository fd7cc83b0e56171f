package io.gkt.inference.batch;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Who would be done in time if a continuous batch went on as it does, and so who may join it. Times are nanoseconds from
 * now. Steps are taken to cost what they cost lately, and who leaves to be replaced. Not thread-safe.
 *
 * <p>First come, first served with deadlines makes an overloaded batch work on requests which then run out of time. Three
 * rules keep it from that:
 *
 * <ul>
 *   <li>None begins that would be late, or would make others late that are under way.
 *   <li>None waits that would be late if the batch were full when it begins. Who waits uses up time that it has, and with
 *       little time left can only be served in small batches, which do less: without this rule an overloaded batch
 *       settles there.
 *   <li>If nothing runs, whoever comes may begin: how wrong an estimate is only shows when something is tried.
 * </ul>
 *
 * <p>Adaptive LIFO (Maurer, Fail at Scale, 2015) and CoDel (Nichols and Jacobson, 2012) need no estimates. But they react
 * to queues, and here a batch in which there are places left, and nobody waits, is enough to make all its rows late. LIFO
 * would also leave the first of a burst to wait in vain, where a refusal at once lets them do something else.
 */
public final class BatchForecast {

    private final StepCosts costs;
    private final int slots;
    private final int maxStepTokens;
    /** Who is done first comes first. */
    private final PriorityQueue<Row> running = new PriorityQueue<>(Comparator.comparingDouble(Row::end));

    private double steps;
    private double prompts;
    private double time;

    /**
     * Who is in the batch. Nothing here changes while it goes on: a long queue goes through it for each request that comes.
     *
     * @param prompt tokens of its prompt that had to be computed when it began
     * @param left   nanoseconds until its deadline
     * @param begin  steps before it began
     * @param end    steps after which it is done
     */
    private record Row(double prompt, double left, double begin, double end) {}

    /**
     * @param costs         of steps
     * @param slots         most rows of the batch
     * @param maxStepTokens most tokens of a step
     * @param running       its rows now
     */
    public BatchForecast(StepCosts costs, int slots, int maxStepTokens, List<Work> running) {
        this.costs = costs;
        this.slots = slots;
        this.maxStepTokens = maxStepTokens;
        running.forEach(this::begin);
    }

    private void begin(Work work) {
        running.add(new Row(work.prompt(), work.left(), steps, steps + work.tokens()));
        prompts += work.prompt();
    }

    /** What is left to do for it. */
    private Work rest(Row row) {
        return new Work(row.begin() < steps ? 0 : row.prompt(), row.end() - steps, row.left());
    }

    /**
     * @param work that might begin now
     * @return whether there is a place for it, it would be done in time, and none be late for it that would not be late
     *     anyway. If nothing runs, always: how wrong an estimate is only shows when something is tried.
     */
    public boolean hasRoomFor(Work work) {
        if (running.isEmpty()) {
            return true;
        }
        int rows = running.size() + 1;
        double all = prompts + work.prompt();
        return rows <= slots && inTime(work, rows, all) && noneIsLateFor(rows, all);
    }

    private boolean noneIsLateFor(int rows, double all) {
        double step = costs.decode(rows);
        // Nobody waits for more than all prompts. Hardly a row needs a closer look.
        double longestWait = time + Math.floor(all / maxStepTokens) * step + costs.prompt(all);
        for (Row row : running) {
            if (longestWait + (row.end() - steps) * step > row.left()) {
                Work rest = rest(row);
                if (!inTime(rest, rows, all) && inTime(rest, rows - 1, prompts)) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * @param work that does not run yet
     * @return whether it would be late even if it began now; never if nothing runs
     */
    public boolean isTooLateFor(Work work) {
        return !running.isEmpty() && !inTime(work, Math.min(running.size() + 1, slots), prompts + work.prompt());
    }

    private boolean inTime(Work work, int rows, double all) {
        // Who decodes already gets a token with each step, whatever prompts it computes; who does not waits for them.
        boolean decodes = work.prompt() == 0;
        double beside = decodes ? Math.min(all, work.tokens() * maxStepTokens) : all;
        double steps = work.tokens() + (decodes ? 0 : Math.floor(all / maxStepTokens));
        return time + steps * costs.decode(rows) + costs.prompt(beside) <= work.left();
    }

    /**
     * @param ahead    whose turn comes before
     * @param newcomer that would wait for its turn
     * @return whether it will be done in time
     */
    public boolean takes(List<Work> ahead, Work newcomer) {
        for (Work next : ahead) {
            if (isTooLateFor(newcomer)) {
                return false;
            }
            serve(next);
        }
        await(newcomer);
        return time == 0 ? !isTooLateFor(newcomer) : time + inFullBatch(newcomer) <= newcomer.left();
    }

    /** If all places were taken by such. */
    private double inFullBatch(Work work) {
        return work.tokens() * costs.decode(slots) + costs.prompt(slots * work.prompt());
    }

    /**
     * @param ahead    whose turn comes before
     * @param newcomer that is turned away
     * @return nanoseconds after which one like it would begin, with as much time as this one has, if nobody else came
     */
    public double soonest(List<Work> ahead, Work newcomer) {
        ahead.forEach(this::serve);
        while (!hasRoomFor(new Work(newcomer.prompt(), newcomer.tokens(), newcomer.left() + time))) {
            advance();
        }
        return time;
    }

    private void serve(Work next) {
        await(next);
        if (!isTooLateFor(next)) {
            begin(next);
        }
    }

    private void await(Work next) {
        while (!hasRoomFor(next) && !isTooLateFor(next)) {
            advance();
        }
    }

    /** To the end of who is done first. */
    private void advance() {
        double end = running.element().end();
        time += (end - steps) * costs.decode(running.size()) + costs.prompt(prompts);
        steps = end;
        prompts = 0;
        while (!running.isEmpty() && running.element().end() <= steps) {
            running.remove();
        }
    }
}
