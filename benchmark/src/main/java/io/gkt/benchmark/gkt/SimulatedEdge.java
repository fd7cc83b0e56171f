package io.gkt.benchmark.gkt;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.gkt.benchmark.gkt.SimulatedAnswer.Source;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The edge's hand-over in simulated time, as {@code Student} and its client of the teacher do it: the prompt's prefill
 * runs while the teacher works, and stops at a chunk's end when guidance is there. The circuit breaker is the edge's
 * own (Resilience4j, with simulated time).
 */
final class SimulatedEdge {

    /** Tokens of a prompt that run in one step, as in the edge. */
    static final int PREFILL_CHUNK = 256;

    private static final long LONGEST_RETRY = TimeUnit.SECONDS.toNanos(60);

    private final Timeline timeline;
    private final StepCost cost;
    private final EdgePolicy policy;
    private final Workload workload;
    private final Network network;
    private final SimulatedTeacher teacher;
    private final TakingTurns decoder;
    private final CircuitBreaker breaker;
    private final ArrayDeque<Answering> waiting = new ArrayDeque<>();
    private int active;
    private int warmSlots;

    SimulatedEdge(
            Timeline timeline,
            StepCost cost,
            EdgePolicy policy,
            Workload workload,
            Network network,
            SimulatedTeacher teacher) {
        this.timeline = timeline;
        this.cost = cost;
        this.policy = policy;
        this.workload = workload;
        this.network = network;
        this.teacher = teacher;
        this.decoder = new TakingTurns(timeline);
        this.breaker = CircuitBreaker.of("teacher", breakerConfig(timeline));
    }

    /** The settings in the edge's {@code application.properties}. */
    private static CircuitBreakerConfig breakerConfig(Timeline timeline) {
        return CircuitBreakerConfig.custom()
                .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(20)
                .minimumNumberOfCalls(5)
                .failureRateThreshold(50)
                .waitDurationInOpenState(Duration.ofSeconds(5))
                .permittedNumberOfCallsInHalfOpenState(3)
                .clock(new SimulatedClock(timeline))
                .build();
    }

    private static final class SimulatedClock extends Clock {
        private final Timeline timeline;

        SimulatedClock(Timeline timeline) {
            this.timeline = timeline;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH.plusNanos(timeline.now());
        }
    }

    /** Lets the slots hold what all prompts share, as after a while of work. */
    void warmUp() {
        warmSlots = policy.concurrent();
    }

    /** @param done told the answer when it is complete */
    void ask(Consumer<SimulatedAnswer> done) {
        waiting.add(new Answering(done));
        startNext();
    }

    private void startNext() {
        if (active < policy.concurrent() && !waiting.isEmpty()) {
            active++;
            waiting.poll().start();
        }
    }

    /** One answer in the making. */
    private final class Answering {

        private final Consumer<SimulatedAnswer> done;
        private final long arrival = timeline.now();
        private final int prompt = workload.student().tokens();
        private int inCache;
        private boolean working;
        private Source source;
        private long asked;
        private boolean tried;
        private long deadline;
        private long first;

        Answering(Consumer<SimulatedAnswer> done) {
            this.done = done;
        }

        void start() {
            boolean warm = warmSlots > 0;
            warmSlots -= warm ? 1 : 0;
            inCache = warm && policy.prefixReuse() ? workload.student().shared() : 0;
            asked = timeline.now();
            deadline = asked + Timeline.nanos(policy.guidanceTimeoutMs());
            prefill();
            askTeacher();
        }

        private void askTeacher() {
            if (!breaker.tryAcquirePermission()) {
                settle(Source.FALLBACK_CIRCUIT_OPEN);
                return;
            }
            timeline.after(deadline - timeline.now(), () -> fail(Source.FALLBACK_TIMEOUT));
            Ask ask = new Ask(
                    workload.guidance(),
                    deadline + network.up(),
                    () -> {},
                    () -> timeline.after(network.down(), this::guided),
                    retryAfter -> timeline.after(network.down(), () -> full(retryAfter)),
                    () -> timeline.after(network.down(), this::shed),
                    () -> {});
            timeline.after(network.up(), () -> teacher.submit(ask));
        }

        private void guided() {
            if (source == null) {
                breaker.onSuccess(timeline.now() - asked, TimeUnit.NANOSECONDS);
                settle(Source.GUIDED);
            }
        }

        private void fail(Source why) {
            if (source == null) {
                breaker.onError(timeline.now() - asked, TimeUnit.NANOSECONDS, new TimeoutException());
                settle(why);
            }
        }

        /** A refusal does not speak against the teacher; one retry follows, if what is left of the time allows it. */
        private void full(long retryAfter) {
            if (source != null) {
                return;
            }
            breaker.onSuccess(timeline.now() - asked, TimeUnit.NANOSECONDS);
            long second = TimeUnit.SECONDS.toNanos(1);
            long delay = Math.max(1, (Math.min(retryAfter, LONGEST_RETRY) + second - 1) / second) * second;
            if (tried || timeline.now() + delay >= deadline) {
                settle(Source.FALLBACK_REJECTED);
                return;
            }
            tried = true;
            timeline.after(delay, () -> {
                if (source == null) {
                    askTeacher();
                }
            });
        }

        /** To wait and ask again would leave less time still. */
        private void shed() {
            if (source == null) {
                breaker.onSuccess(timeline.now() - asked, TimeUnit.NANOSECONDS);
                settle(Source.FALLBACK_REJECTED);
            }
        }

        private void settle(Source how) {
            source = how;
            if (!working) {
                complete();
            }
        }

        /** The prompt's prefill, chunk by chunk; the last token's logits are needed only without guidance. */
        private void prefill() {
            if (source != null) {
                complete();
            } else if (inCache < prompt) {
                int chunk = Math.min(PREFILL_CHUNK, prompt - inCache);
                working = true;
                decoder.work(Timeline.nanos(cost.prefill(chunk, inCache)), () -> {
                    working = false;
                    inCache += chunk;
                    prefill();
                });
            }
        }

        private void complete() {
            boolean guided = source == Source.GUIDED;
            int given = guided ? workload.studentGuidance() : 0;
            if (guided) {
                first = timeline.now();
            }
            // Without guidance a prompt in the cache already needs its last token again, for the logits.
            inCache = Math.min(inCache, prompt + given - 1);
            int rest = prompt + given - inCache;
            if (given >= workload.answer()) {
                finish();
                return;
            }
            decoder.work(Timeline.nanos(cost.prompt(rest, inCache, PREFILL_CHUNK)), () -> {
                first = guided ? first : timeline.now();
                decoder.work(
                        Timeline.nanos(cost.answer(workload.answer() - given - 1, prompt + given + 1)), this::finish);
            });
        }

        private void finish() {
            warmSlots++;
            active--;
            done.accept(new SimulatedAnswer(arrival, first, timeline.now(), source));
            startNext();
        }
    }
}
