package io.gkt.student.generation;

import io.gkt.student.guidance.Guidance;
import io.gkt.student.guidance.GuidanceOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.DoubleStream;

/** What the edge tells Prometheus: OpenTelemetry's gen_ai names where they fit, {@code gkt.student.*} for the rest. */
final class StudentMetrics {

    /** OpenTelemetry's buckets for durations of generative operations. */
    private static final Duration[] BUCKETS = DoubleStream.iterate(
                    0.01, seconds -> seconds < 100, seconds -> 2 * seconds)
            .mapToObj(seconds -> Duration.ofMillis(Math.round(seconds * 1000)))
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Counter cancelled;

    StudentMetrics(MeterRegistry registry, Admission admission) {
        this.registry = registry;
        Gauge.builder("gkt.student.requests.running", admission, Admission::running)
                .description("Generations under way")
                .register(registry);
        Gauge.builder("gkt.student.requests.waiting", admission, Admission::waiting)
                .description("Requests that wait for a slot")
                .register(registry);
        // Rates need a zero to begin with.
        this.cancelled = Counter.builder("gkt.student.cancelled")
                .description("Answers given up because their client has gone")
                .register(registry);
        for (GuidanceOutcome outcome : GuidanceOutcome.values()) {
            guidance(outcome);
        }
    }

    void answered(Answer answer, Duration timeToFirstToken) {
        Guidance guidance = answer.guidance();
        guidance(guidance.outcome()).record(guidance.roundTrip());
        if (guidance.bytesDown() > 0) {
            DistributionSummary.builder("gkt.student.guidance.bytes")
                    .description("Bodies of guidance requests and responses")
                    .baseUnit("bytes")
                    .register(registry)
                    .record(guidance.bytesUp() + guidance.bytesDown());
        }
        tokens("input", answer.usage().promptTokens());
        tokens("output", answer.usage().completionTokens());
        DistributionSummary.builder("gkt.student.generation.tokens")
                .description("Tokens of answers, guidance included; all choices together, with how the first ended")
                .tag("finish_reason", answer.choices().get(0).finishReason())
                .register(registry)
                .record(answer.usage().completionTokens());
        timer("gen_ai.server.time_to_first_token", "Time from arrival to the first text")
                .record(timeToFirstToken);
        timer("gen_ai.server.request.duration", "Time from arrival to the end of the answer")
                .record(Duration.ofNanos(Math.round(answer.timings().totalMs() * 1e6)));
    }

    void handedOver(GuidanceOutcome outcome, double millis, int tokens) {
        Timer.builder("gkt.student.handover")
                .description("From having guidance, or giving it up, to the student's first token")
                .tag("outcome", outcome.wireName())
                .serviceLevelObjectives(BUCKETS)
                .register(registry)
                .record(Duration.ofNanos(Math.round(millis * 1e6)));
        DistributionSummary.builder("gkt.student.handover.tokens")
                .description("Tokens of prompt and guidance that the student ran in that time")
                .tag("outcome", outcome.wireName())
                .register(registry)
                .record(tokens);
    }

    void cancelled() {
        cancelled.increment();
    }

    private Timer guidance(GuidanceOutcome outcome) {
        return Timer.builder("gkt.student.guidance")
                .description("Time until guidance came or was given up, by outcome")
                .tag("outcome", outcome.wireName())
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name)
                .description(description)
                .tag("gen_ai.operation.name", "chat")
                .serviceLevelObjectives(Arrays.copyOf(BUCKETS, BUCKETS.length))
                .register(registry);
    }

    private void tokens(String type, int count) {
        DistributionSummary.builder("gen_ai.client.token.usage")
                .description("Tokens of requests")
                .tag("gen_ai.token.type", type)
                .register(registry)
                .record(count);
    }
}
