package io.gkt.teacher.batching;

import io.gkt.protocol.Timings;
import io.gkt.service.ApiException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;

/** Counts what happens to requests, under OpenTelemetry's names where it has one. */
public final class BatchMetrics {

    private static final String NO_ERROR = "none";
    private static final List<String> REJECTIONS = List.of("queue_full", "too_late", "deadline", "draining");
    private static final List<String> CANCELLATIONS = List.of("queued", "decoding");
    private static final Duration[] SECONDS =
            durations(.01, .02, .04, .08, .16, .32, .64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);
    private static final Duration[] SECONDS_TO_FIRST_TOKEN =
            durations(.001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10);
    private static final Duration[] SECONDS_PER_TOKEN =
            durations(.01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1, 2.5);

    private final MeterRegistry registry;
    private final String model;
    private final DistributionSummary batchSize;
    private final DistributionSummary stepTokens;
    private final Timer queueTime;
    private final Timer prefillTime;
    private final Timer decodeTime;
    private final Counter promptTokens;
    private final Counter guidanceTokens;

    /**
     * @param registry where the meters go
     * @param model    the model's name
     */
    public BatchMetrics(MeterRegistry registry, String model) {
        this.registry = registry;
        this.model = model;
        this.batchSize = DistributionSummary.builder("gkt.teacher.batch.size")
                .description("Rows of a step")
                .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128)
                .register(registry);
        this.stepTokens = DistributionSummary.builder("gkt.teacher.step.tokens")
                .description("New tokens of a step, of prompts and of answers")
                .serviceLevelObjectives(1, 4, 16, 64, 128, 256, 512, 1024, 2048)
                .register(registry);
        this.queueTime = timer("gkt.teacher.queue.time", "From arrival to the first step", SECONDS_TO_FIRST_TOKEN);
        this.prefillTime = timer("gkt.teacher.prefill.time", "From the first step to the first token", SECONDS);
        this.decodeTime = timer("gkt.teacher.decode.time", "From the first token to the last", SECONDS);
        this.promptTokens = counter("gkt.teacher.prompt.tokens", "Tokens read");
        this.guidanceTokens = counter("gkt.teacher.guidance.tokens", "Tokens written");
        // Rates need a zero to begin with.
        REJECTIONS.forEach(this::rejections);
        CANCELLATIONS.forEach(this::cancellations);
    }

    /**
     * @param running requests that are worked on
     * @param waiting requests that are not yet
     */
    public void watch(Supplier<Number> running, Supplier<Number> waiting) {
        Gauge.builder("gkt.teacher.requests.running", running)
                .description("Requests in the batch")
                .register(registry);
        Gauge.builder("gkt.teacher.requests.waiting", waiting)
                .description("Requests in the queue")
                .register(registry);
    }

    void step(int rows, int tokens) {
        batchSize.record(rows);
        stepTokens.record(tokens);
    }

    /**
     * @param operation what OpenTelemetry calls the request
     * @param arrival   when it came
     * @param result    what it came to
     */
    public void finished(String operation, long arrival, BatchResult result) {
        Timings timings = result.timings();
        record(queueTime, timings.queueMs());
        record(prefillTime, timings.prefillMs());
        record(decodeTime, timings.decodeMs());
        promptTokens.increment(result.usage().promptTokens());
        int tokens = result.usage().completionTokens();
        guidanceTokens.increment(tokens);
        record(
                server("time_to_first_token", operation, "From arrival to the first token", SECONDS_TO_FIRST_TOKEN),
                timings.queueMs() + timings.prefillMs());
        if (tokens > 1) {
            record(
                    server("time_per_output_token", operation, "For each token after the first", SECONDS_PER_TOKEN),
                    timings.decodeMs() / (tokens - 1));
        }
        duration(operation, arrival, NO_ERROR);
    }

    /**
     * @param operation what OpenTelemetry calls the request
     * @param arrival   when it came
     * @param error     why it was not answered
     */
    public void failed(String operation, long arrival, ApiException error) {
        duration(operation, arrival, error.code());
    }

    /** @param reason {@code queue_full}, {@code too_late}, {@code deadline} or {@code draining} */
    public void rejected(String reason) {
        rejections(reason).increment();
    }

    /** @param phase {@code queued} or {@code decoding} */
    public void cancelled(String phase) {
        cancellations(phase).increment();
    }

    private Counter rejections(String reason) {
        return Counter.builder("gkt.teacher.rejected")
                .description("Requests turned away from the queue")
                .tag("reason", reason)
                .register(registry);
    }

    private Counter cancellations(String phase) {
        return Counter.builder("gkt.teacher.cancelled")
                .description("Requests given up because their client asked for it or has gone")
                .tag("phase", phase)
                .register(registry);
    }

    private void duration(String operation, long arrival, String error) {
        Timer.builder("gen_ai.server.request.duration")
                .description("From arrival to the end of the answer")
                .tags("gen_ai.operation.name", operation, "gen_ai.provider.name", "gkt")
                .tags("gen_ai.response.model", model, "error.type", error)
                .serviceLevelObjectives(SECONDS)
                .register(registry)
                .record(System.nanoTime() - arrival, TimeUnit.NANOSECONDS);
    }

    private Timer server(String name, String operation, String description, Duration[] buckets) {
        return Timer.builder("gen_ai.server." + name)
                .description(description)
                .tags("gen_ai.operation.name", operation, "gen_ai.provider.name", "gkt")
                .tags("gen_ai.response.model", model)
                .serviceLevelObjectives(buckets)
                .register(registry);
    }

    private Timer timer(String name, String description, Duration[] buckets) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(buckets)
                .register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    private static void record(Timer timer, double millis) {
        timer.record((long) (millis * 1e6), TimeUnit.NANOSECONDS);
    }

    private static Duration[] durations(double... seconds) {
        return DoubleStream.of(seconds)
                .mapToObj(value -> Duration.ofNanos((long) (value * 1e9)))
                .toArray(Duration[]::new);
    }
}
