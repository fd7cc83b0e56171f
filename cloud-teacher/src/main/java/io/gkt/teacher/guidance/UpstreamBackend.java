package io.gkt.teacher.guidance;

import io.gkt.inference.TextModel;
import io.gkt.inference.generation.FinishReason;
import io.gkt.inference.tokenizer.Prompt;
import io.gkt.protocol.Timings;
import io.gkt.protocol.Usage;
import io.gkt.service.ApiException;
import io.gkt.service.ModelInputs;
import io.gkt.service.upstream.PromptForm;
import io.gkt.service.upstream.Upstream;
import io.gkt.service.upstream.UpstreamListener;
import io.gkt.service.upstream.UpstreamRequest;
import io.gkt.service.upstream.UpstreamRequest.Input;
import io.gkt.teacher.batching.BatchListener;
import io.gkt.teacher.batching.BatchMetrics;
import io.gkt.teacher.batching.BatchResult;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/** Another server, which batches and queues itself: so many requests at a time are passed on to it, and none waits here. */
final class UpstreamBackend implements GuidanceBackend {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final double NANOS_PER_MILLI = 1e6;

    private final Upstream upstream;
    private final PromptForm form;
    private final TextModel model;
    private final Semaphore permits;
    private final BatchMetrics metrics;
    private final Map<String, Passage> underWay = new ConcurrentHashMap<>();

    /**
     * @param upstream the server
     * @param form     how it gets prompts
     * @param model    what it runs; null if it gets messages
     * @param capacity most requests under way
     * @param metrics  counts what happens
     */
    UpstreamBackend(Upstream upstream, PromptForm form, TextModel model, int capacity, BatchMetrics metrics) {
        this.upstream = upstream;
        this.form = form;
        this.model = model;
        this.permits = new Semaphore(capacity);
        this.metrics = metrics;
        metrics.watch(underWay::size, () -> 0);
    }

    @Override
    public String model() {
        return upstream.model();
    }

    @Override
    public void submit(GuidanceTask task, BatchListener listener) {
        UpstreamRequest request = UpstreamRequest.of(
                upstream.model(), input(task), task.maxTokens(), task.stop(), task.sampling(), false);
        Duration remaining = Duration.ofNanos(task.deadline() - System.nanoTime());
        if (remaining.isNegative() || remaining.isZero()) {
            throw refused(
                    task,
                    "deadline",
                    ApiException.deadlineExceeded("The deadline passed before the answer was begun."));
        }
        Passage passage = new Passage(task, listener);
        if (!permits.tryAcquire()) {
            throw refused(task, "queue_full", ApiException.queueFull(RETRY_AFTER));
        }
        if (underWay.putIfAbsent(task.id(), passage) != null) {
            permits.release();
            throw ApiException.invalid("id", "id is in use by a request that is under way; give each its own.");
        }
        try {
            passage.begin(upstream.generate(request, remaining, passage));
        } catch (RuntimeException e) {
            passage.end();
            throw e;
        }
    }

    private ApiException refused(GuidanceTask task, String reason, ApiException error) {
        metrics.rejected(reason);
        metrics.failed(task.operation(), task.arrival(), error);
        return error;
    }

    private Input input(GuidanceTask task) {
        if (task.chat() && form == PromptForm.MESSAGES) {
            return Input.chat(task.conversation());
        }
        Prompt prompt = task.chat()
                ? ModelInputs.chat(model, task.conversation())
                : Prompt.raw(task.request().prompt());
        return form == PromptForm.TOKENS
                ? Input.tokens(model.tokenizer().encode(prompt))
                : Input.text(prompt.text(), prompt.addSpecialTokens());
    }

    @Override
    public boolean cancel(String id) {
        Passage passage = underWay.get(id);
        return passage != null && passage.cancel();
    }

    /** One request on its way through. */
    private final class Passage implements UpstreamListener {

        private final GuidanceTask task;
        private final BatchListener listener;
        private final long sent = System.nanoTime();
        private Upstream.Exchange exchange;
        private boolean cancelled;
        private volatile long firstText;
        private volatile int pieces;

        Passage(GuidanceTask task, BatchListener listener) {
            this.task = task;
            this.listener = listener;
        }

        synchronized void begin(Upstream.Exchange begun) {
            exchange = begun;
            if (cancelled) {
                begun.cancel();
            }
        }

        synchronized boolean cancel() {
            if (!end()) {
                return false;
            }
            cancelled = true;
            if (exchange != null) {
                exchange.cancel();
            }
            metrics.cancelled("decoding");
            ApiException error = ApiException.cancelled();
            metrics.failed(task.operation(), task.arrival(), error);
            listener.failed(error);
            return true;
        }

        /** Whether it was under way. */
        boolean end() {
            boolean first = underWay.remove(task.id(), this);
            if (first) {
                permits.release();
            }
            return first;
        }

        @Override
        public void piece(String text) {
            if (pieces++ == 0) {
                firstText = System.nanoTime();
            }
            listener.piece(text);
        }

        @Override
        public void finished(FinishReason reason, Usage usage) {
            if (!end()) {
                return;
            }
            long now = System.nanoTime();
            long first = pieces == 0 ? now : firstText;
            BatchResult result = new BatchResult(
                    reason,
                    // A server that does not say mostly sends token by token.
                    usage == null ? Usage.of(0, pieces, 0) : usage,
                    new Timings(
                            (sent - task.arrival()) / NANOS_PER_MILLI,
                            (first - sent) / NANOS_PER_MILLI,
                            (now - first) / NANOS_PER_MILLI,
                            0));
            metrics.finished(task.operation(), task.arrival(), result);
            listener.finished(result);
        }

        @Override
        public void failed(ApiException error) {
            if (end()) {
                metrics.failed(task.operation(), task.arrival(), error);
                listener.failed(error);
            }
        }
    }
}
