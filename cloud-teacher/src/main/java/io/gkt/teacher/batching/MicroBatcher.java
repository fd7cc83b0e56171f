package io.gkt.teacher.batching;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.batch.BatchForecast;
import io.gkt.inference.batch.StepCosts;
import io.gkt.inference.batch.UsualRequest;
import io.gkt.inference.batch.Work;
import io.gkt.inference.decoder.Chunk;
import io.gkt.inference.decoder.OutOfMemoryException;
import io.gkt.inference.decoder.Slot;
import io.gkt.inference.generation.FinishReason;
import io.gkt.service.ApiException;
import io.gkt.service.MemoryHealth;
import io.gkt.service.access.FairQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Runs requests as rows of one batch, one step of the model after the other (iteration-level batching: Yu et al., Orca,
 * OSDI 2022). Between steps rows leave that are done, cancelled or past their deadline, and waiting requests take
 * their places; a newcomer's prompt is computed in chunks beside the others' next tokens. An idle batch may wait a
 * moment for company before it starts. {@link Batching#STATIC} is what it is measured against. Who can't be done in time,
 * or would make others late, is turned away ({@link BatchForecast}).
 *
 * <p>One thread runs the batch. It stops before the web server does: meanwhile requests that come or wait are told to
 * go elsewhere, and those that run are finished.
 */
public final class MicroBatcher implements SmartLifecycle, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MicroBatcher.class);

    private static final Duration RESTART = Duration.ofSeconds(5);

    /** When to come back, as long as no step has been timed. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private final LanguageModel model;
    private final BatchPolicy policy;
    private final BatchMetrics metrics;
    private final MemoryHealth memory;
    private final Function<List<Chunk>, float[][]> engine;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final FairQueue<Row> waiting;
    private final Map<String, Row> underWay = new HashMap<>();
    private boolean draining;
    private boolean aborting;
    /** What was left of those that run when the present step began. */
    private List<Work> inStep = List.of();

    private long stepBegan;

    private final List<Row> running = new ArrayList<>();
    private final Thread thread = new Thread(this::run, "micro-batcher");
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile StepCosts costs = StepCosts.UNKNOWN;
    private volatile UsualRequest usual = UsualRequest.UNKNOWN;

    /**
     * @param model   the model; as many rows run at once as it has slots
     * @param policy  how requests become batches
     * @param metrics counts what happens
     * @param memory  is told when there is too little
     */
    public MicroBatcher(LanguageModel model, BatchPolicy policy, BatchMetrics metrics, MemoryHealth memory) {
        this(model, policy, metrics, memory, model.decoder()::step);
    }

    /** @param engine computes steps, as the model's decoder does */
    MicroBatcher(
            LanguageModel model,
            BatchPolicy policy,
            BatchMetrics metrics,
            MemoryHealth memory,
            Function<List<Chunk>, float[][]> engine) {
        this.model = model;
        this.policy = policy;
        this.metrics = metrics;
        this.memory = memory;
        this.engine = engine;
        this.waiting = new FairQueue<>(policy.queueCapacity());
        metrics.watch(() -> counts().running(), () -> counts().waiting());
    }

    private record Counts(int running, int waiting) {}

    private Counts counts() {
        lock.lock();
        try {
            return new Counts(underWay.size() - waiting.size(), waiting.size());
        } finally {
            lock.unlock();
        }
    }

    private int maxBatchSize() {
        return model.decoder().slots().count();
    }

    /**
     * Puts a request in the queue. If it is full, the caller with most requests in it gives up the newest. While others
     * run or wait, a request is refused that would not be done before its deadline.
     *
     * @param request  what to generate
     * @param listener told what becomes of it
     * @throws ApiException 429 if the queue is full or the deadline too near, 503 while shutting down, 504 past the
     *                      deadline, 400 if a request of the same id is under way
     */
    public void submit(BatchRequest request, BatchListener listener) {
        Row row = new Row(request, listener);
        Optional<Row> excess;
        lock.lock();
        try {
            if (draining) {
                throw refused(row, "draining", shuttingDown());
            }
            if (row.expired(System.nanoTime())) {
                throw refused(row, "deadline", expired());
            }
            if (underWay.putIfAbsent(request.id(), row) != null) {
                throw ApiException.invalid("id", "id is in use by a request that is under way; give each its own.");
            }
            if (tooLate(row)) {
                underWay.remove(request.id());
                throw refused(row, "too_late", ApiException.tooLate(retryAfter(row)));
            }
            excess = waiting.add(request.caller(), row);
            if (excess.filter(row::equals).isPresent()) {
                underWay.remove(request.id());
                throw refused(row, "queue_full", ApiException.queueFull(retryAfter(row)));
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
        excess.ifPresent(other -> refuse(other, "queue_full", ApiException.queueFull(retryAfter(other))));
    }

    private ApiException refused(Row row, String reason, ApiException error) {
        metrics.rejected(reason);
        metrics.failed(row.request().operation(), row.request().arrival(), error);
        return error;
    }

    /** Whoever comes first is taken: only trying shows how wrong an estimate is. */
    private boolean tooLate(Row row) {
        return costs.known() && underWay.size() > 1 && !forecast().takes(ahead(row), row.work(usual, forecastBegins()));
    }

    private Duration retryAfter(Row row) {
        if (!costs.known()) {
            return SOON;
        }
        lock.lock();
        try {
            double soonest =
                    forecast().soonest(ahead(row), row.work(usual, row.request().arrival()));
            return Duration.ofNanos((long) soonest + forecastBegins() - System.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    private BatchForecast forecast() {
        return new BatchForecast(costs, maxBatchSize(), policy.maxStepTokens(), inStep);
    }

    private long forecastBegins() {
        return inStep.isEmpty() ? System.nanoTime() : stepBegan;
    }

    private List<Work> ahead(Row row) {
        long now = forecastBegins();
        return waiting.ahead(row.request().caller()).stream()
                .map(other -> other.work(usual, now))
                .toList();
    }

    /**
     * Gives a request up: it leaves the queue at once or the batch after the current step.
     *
     * @param id the request's
     * @return whether it was under way
     */
    public boolean cancel(String id) {
        Row row;
        boolean queued;
        lock.lock();
        try {
            row = underWay.get(id);
            if (row == null) {
                return false;
            }
            row.cancel();
            queued = waiting.remove(row);
        } finally {
            lock.unlock();
        }
        if (queued) {
            metrics.cancelled("queued");
            fail(row, ApiException.cancelled());
        }
        return true;
    }

    private void run() {
        boolean more = true;
        while (more) {
            try {
                more = awaitWork();
                admit();
                step();
            } catch (RuntimeException | Error e) {
                LOG.error("The batch failed; its requests are given up", e);
                List.copyOf(running).forEach(row -> leave(row, ApiException.internal()));
            }
        }
        drained.complete(null);
    }

    /** @return false once there is nothing to do any more */
    private boolean awaitWork() {
        if (!running.isEmpty()) {
            return true;
        }
        while (true) {
            refuseAll(takeExpired(), "deadline", expired());
            lock.lock();
            try {
                inStep = List.of();
                if (waiting.isEmpty()) {
                    if (draining) {
                        return false;
                    }
                    changed.awaitUninterruptibly();
                    continue;
                }
                long now = System.nanoTime();
                long oldest = waiting.stream()
                        .mapToLong(row -> row.request().arrival() - now)
                        .min()
                        .orElseThrow();
                long delay = oldest + policy.maxBatchDelay().toNanos();
                if (delay <= 0 || waiting.size() >= maxBatchSize()) {
                    return true;
                }
                long untilExpiry = waiting.stream()
                        .mapToLong(row -> row.request().deadline() - now)
                        .min()
                        .orElse(delay);
                changed.awaitNanos(Math.min(delay, untilExpiry));
            } catch (InterruptedException e) {
                LOG.warn("Nobody may interrupt the batch; it goes on");
            } finally {
                lock.unlock();
            }
        }
    }

    private List<Row> takeExpired() {
        lock.lock();
        try {
            long now = System.nanoTime();
            return waiting.removeIf(row -> row.expired(now));
        } finally {
            lock.unlock();
        }
    }

    private void admit() {
        refuseAll(takeExpired(), "deadline", expired());
        if (policy.batching() == Batching.STATIC && !running.isEmpty()) {
            return;
        }
        Optional<Row> next = takeNext();
        while (next.isPresent()) {
            Row row = next.get();
            Slot slot = model.decoder()
                    .slots()
                    .acquire(row.request().generation().tokens())
                    .orElseThrow();
            running.add(row);
            guarded(row, () -> {
                row.admit(model, slot, System.nanoTime());
                usual = row.begun(usual);
            });
            next = takeNext();
        }
    }

    /** Takes who may begin now out of the queue, and turns away whom it would no longer help. */
    private Optional<Row> takeNext() {
        List<Row> late = List.of();
        Row next;
        lock.lock();
        try {
            long now = System.nanoTime();
            stepBegan = now;
            inStep = running.stream().map(row -> row.work(usual, now)).toList();
            BatchForecast forecast = forecast();
            if (costs.known()) {
                late = waiting.removeIf(row -> forecast.isTooLateFor(row.work(usual, now)));
            }
            next = waiting.peek();
            boolean mayBegin = next != null
                    && model.decoder().slots().available() > 0
                    && (!costs.known() || forecast.hasRoomFor(next.work(usual, now)));
            next = mayBegin ? waiting.poll() : null;
        } finally {
            lock.unlock();
        }
        late.forEach(row -> refuse(row, "too_late", ApiException.tooLate(retryAfter(row))));
        return Optional.ofNullable(next);
    }

    private void step() {
        leaveThoseDone();
        Step step = Step.plan(running, policy.maxStepTokens());
        if (!step.isEmpty()) {
            compute(step);
            leaveThoseDone();
        }
    }

    private void compute(Step step) {
        int rows = step.rows().size();
        long began = System.nanoTime();
        metrics.step(rows, step.tokens());
        float[][] logits;
        try {
            logits = engine.apply(step.chunks());
        } catch (RuntimeException e) {
            boolean tooLittleMemory = e instanceof OutOfMemoryException;
            if (tooLittleMemory) {
                memory.ranOut();
            }
            if (rows > 1) {
                LOG.warn("A step of {} rows failed; they are tried one by one", rows, e);
                for (int i = 0; i < rows; i++) {
                    compute(step.only(i));
                }
                return;
            }
            Row row = step.rows().get(0);
            LOG.error("Request {} failed", row.request().id(), e);
            leave(row, tooLittleMemory ? shortOfMemory() : ApiException.internal());
            return;
        }
        long now = System.nanoTime();
        for (int i = 0; i < rows; i++) {
            Row row = step.rows().get(i);
            float[] own = logits[i];
            guarded(row, () -> row.accept(own, rows, now));
        }
        int decoding = step.decoding();
        costs = costs.measured(decoding, step.tokens() - decoding, System.nanoTime() - began);
    }

    /** What goes wrong with one row must not concern the others. */
    private void guarded(Row row, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.error("Request {} failed", row.request().id(), e);
            leave(row, ApiException.internal());
        }
    }

    private void leaveThoseDone() {
        long now = System.nanoTime();
        boolean abort = aborting();
        boolean together = policy.batching() == Batching.STATIC;
        boolean allFinished = running.stream().allMatch(Row::finished);
        for (Row row : List.copyOf(running)) {
            if (row.finished() && (allFinished || !together)) {
                leave(row, null);
            } else if (row.cancelled()) {
                metrics.cancelled("decoding");
                leave(row, ApiException.cancelled());
            } else if (row.expired(now)) {
                usual = usual.ended(row.completionTokens(), false);
                leave(row, expired());
            } else if (abort) {
                leave(row, shuttingDown());
            }
        }
    }

    /** @param error why it ends early; null if it is finished */
    private void leave(Row row, ApiException error) {
        running.remove(row);
        model.decoder().slots().release(row.slot());
        if (error != null) {
            fail(row, error);
            return;
        }
        forget(row);
        BatchResult result = row.result();
        usual = usual.ended(result.usage().completionTokens(), result.finishReason() == FinishReason.STOP);
        metrics.finished(row.request().operation(), row.request().arrival(), result);
        tell(row, listener -> listener.finished(result));
    }

    private void refuseAll(List<Row> rows, String reason, ApiException error) {
        rows.forEach(row -> refuse(row, reason, error));
    }

    private void refuse(Row row, String reason, ApiException error) {
        metrics.rejected(reason);
        fail(row, error);
    }

    private void fail(Row row, ApiException error) {
        forget(row);
        metrics.failed(row.request().operation(), row.request().arrival(), error);
        tell(row, listener -> listener.failed(error));
    }

    private static void tell(Row row, Consumer<BatchListener> news) {
        try {
            news.accept(row.listener());
        } catch (RuntimeException e) {
            LOG.warn("Request {} could not be told its end", row.request().id(), e);
        }
    }

    private void forget(Row row) {
        lock.lock();
        try {
            underWay.remove(row.request().id(), row);
        } finally {
            lock.unlock();
        }
    }

    private boolean aborting() {
        lock.lock();
        try {
            return aborting;
        } finally {
            lock.unlock();
        }
    }

    private static ApiException expired() {
        return ApiException.deadlineExceeded("The deadline passed before the answer was complete.");
    }

    private static ApiException shortOfMemory() {
        return ApiException.unavailable("The teacher is short of memory; try again later.", MemoryHealth.RECOVERY);
    }

    private static ApiException shuttingDown() {
        return ApiException.unavailable("The teacher is shutting down; try another one, or later.", RESTART);
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public boolean isRunning() {
        return thread.isAlive();
    }

    /** Refuses what comes or waits, finishes what runs. */
    @Override
    public void stop(Runnable callback) {
        List<Row> refused;
        lock.lock();
        try {
            draining = true;
            refused = waiting.removeIf(row -> true);
            changed.signal();
        } finally {
            lock.unlock();
        }
        refuseAll(refused, "draining", shuttingDown());
        drained.thenRun(callback);
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    /** Gives up what still runs, so that the model can be closed. */
    @Override
    public void close() throws InterruptedException {
        stop();
        lock.lock();
        try {
            aborting = true;
        } finally {
            lock.unlock();
        }
        thread.join();
    }
}
