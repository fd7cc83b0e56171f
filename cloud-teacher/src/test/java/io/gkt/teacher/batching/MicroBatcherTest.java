package io.gkt.teacher.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.decoder.Chunk;
import io.gkt.inference.decoder.OutOfMemoryException;
import io.gkt.inference.decoder.Precision;
import io.gkt.inference.decoder.Slot;
import io.gkt.inference.generation.FinishReason;
import io.gkt.inference.generation.GenerationRequest;
import io.gkt.inference.generation.Sequence;
import io.gkt.inference.generation.StopMatcher;
import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.service.ApiException;
import io.gkt.service.MemoryHealth;
import io.gkt.teacher.TestModel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.health.contributor.Status;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MicroBatcherTest {

    private static final int SLOTS = 4;
    private static final int CONTEXT = 256;
    private static final int STEP_TOKENS = 64;
    private static final Duration NOW = Duration.ZERO;
    private static final Duration NEVER = Duration.ofHours(1);

    private static LanguageModel model;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MemoryHealth memory = new MemoryHealth();
    private final List<MicroBatcher> batchers = new ArrayList<>();
    private final AtomicInteger ids = new AtomicInteger();

    @BeforeAll
    static void load() {
        model = LanguageModel.load(TestModel.DIRECTORY, Precision.FLOAT32, SLOTS, CONTEXT);
    }

    @AfterAll
    static void unload() {
        model.close();
    }

    @AfterEach
    void allSlotsAreFreeAgain() throws InterruptedException {
        for (MicroBatcher batcher : batchers) {
            batcher.close();
        }
        assertThat(model.decoder().slots().available()).isEqualTo(SLOTS);
    }

    @Test
    void eachRequestGetsTheAnswerThatItGetsAlone() {
        Random random = new Random(7);
        List<GenerationRequest> requests = IntStream.range(0, 40)
                .mapToObj(i -> generation(prompt(random, 1 + random.nextInt(100)), 1 + random.nextInt(30)))
                .toList();
        List<String> expected = requests.stream().map(MicroBatcherTest::alone).toList();
        MicroBatcher batcher = started(Duration.ofMillis(1), 100);

        List<Answer> answers =
                requests.stream().map(request -> submit(batcher, request)).toList();

        assertThat(answers).extracting(Answer::text).isEqualTo(expected);
        assertThat(new HashSet<>(expected)).hasSizeGreaterThan(requests.size() / 2);
        assertThat(registry.get("gkt.teacher.batch.size").summary().max()).isGreaterThan(1);
    }

    @Test
    void seededSamplingRepeatsInAnyCompany() {
        Random random = new Random(8);
        SamplingParameters hot = new SamplingParameters(1, 0, 1, 0, 1, 0, 0, Map.of(), 20, OptionalLong.of(42));
        GenerationRequest request = generation(prompt(random, 20), 20, hot);
        String expected = alone(request);
        MicroBatcher batcher = started(Duration.ofMillis(1), 100);

        submit(batcher, generation(prompt(random, 30), 50));
        Answer first = submit(batcher, request);
        submit(batcher, generation(prompt(random, 50), 50));
        Answer second = submit(batcher, request);

        assertThat(List.of(first.text(), second.text())).containsOnly(expected);
    }

    @Test
    void requestsThatWaitTogetherShareTheirSteps() {
        MicroBatcher batcher = create(NOW, 100);
        List<Answer> answers = IntStream.range(0, SLOTS)
                .mapToObj(i -> submit(batcher, fixedLength(10)))
                .toList();
        batcher.start();

        answers.forEach(
                answer -> assertThat(answer.result().timings().batchSize()).isEqualTo(SLOTS));
        assertThat(registry.get("gkt.teacher.batch.size").summary().count()).isEqualTo(10);
    }

    @Test
    void newcomersJoinARunningBatchAndLeaveWhenTheyAreDone() {
        MicroBatcher batcher = started(NOW, 100);
        CompletableFuture<Boolean> longerWasStillRunning = new CompletableFuture<>();
        Answer longer = new Answer();
        Answer shorter = new Answer() {
            @Override
            public void finished(BatchResult result) {
                longerWasStillRunning.complete(!longer.end.isDone());
                super.finished(result);
            }
        };
        longer.onFirstPiece = () -> batcher.submit(request(fixedLength(3)), shorter);
        batcher.submit(request(fixedLength(200)), longer);

        assertThat(longerWasStillRunning.join()).isTrue();
        assertThat(shorter.result().timings().batchSize()).isEqualTo(2);
        assertThat(longer.result().usage().completionTokens()).isEqualTo(200);
    }

    @Test
    void noStepComputesMoreTokensThanItMay() {
        MicroBatcher batcher = create(NOW, 100);
        Random random = new Random(9);
        List<Answer> answers = IntStream.range(0, 2 * SLOTS)
                .mapToObj(i -> submit(batcher, generation(prompt(random, 200), 5)))
                .toList();
        batcher.start();

        answers.forEach(Answer::result);
        assertThat(registry.get("gkt.teacher.step.tokens").summary().max()).isEqualTo(STEP_TOKENS);
    }

    @Test
    void aStaticBatchLetsNobodyJoinAndReturnsTogether() {
        MicroBatcher batcher = create(new BatchPolicy(Batching.STATIC, NOW, STEP_TOKENS, 100));
        List<String> ends = Collections.synchronizedList(new ArrayList<>());
        Answer newcomer = new Answer();
        newcomer.end.thenRun(() -> ends.add("newcomer"));
        Answer longer = new Answer();
        longer.onFirstPiece = () -> batcher.submit(request(fixedLength(3)), newcomer);
        longer.end.thenRun(() -> ends.add("longer"));
        Answer shorter = submit(batcher, fixedLength(3));
        shorter.end.thenRun(() -> ends.add("shorter"));
        batcher.submit(request(fixedLength(50)), longer);
        int stepsOfShorter = 3;
        int stepsOfLonger = 50;
        batcher.start();

        newcomer.result();
        assertThat(ends).containsExactly("shorter", "longer", "newcomer");
        assertThat(shorter.result().timings().batchSize()).isEqualTo(2);
        assertThat(newcomer.result().timings().batchSize()).isEqualTo(1);
        assertThat(steps()).isEqualTo(stepsOfLonger + 3);
        assertThat(registry.get("gkt.teacher.batch.size").summary().totalAmount())
                .as("rows that are done are not computed any more")
                .isEqualTo(stepsOfShorter + stepsOfLonger + 3);
    }

    @Test
    void whatIsCancelledLeavesAStaticBatchAtOnce() {
        MicroBatcher batcher = create(new BatchPolicy(Batching.STATIC, NOW, STEP_TOKENS, 100));
        Answer cancelled = new Answer();
        BatchRequest request = request(fixedLength(200));
        cancelled.onFirstPiece = () -> batcher.cancel(request.id());
        batcher.submit(request, cancelled);
        Answer other = submit(batcher, fixedLength(50));
        CompletableFuture<Boolean> otherWasStillRunning = cancelled.end.handle((result, error) -> !other.end.isDone());
        batcher.start();

        assertThat(otherWasStillRunning.join()).isTrue();
        assertThat(other.result().usage().completionTokens()).isEqualTo(50);
    }

    @Test
    void aFullBatchGoesAtOnce() {
        MicroBatcher batcher = started(NEVER, 100);

        List<Answer> answers = IntStream.range(0, SLOTS)
                .mapToObj(i -> submit(batcher, fixedLength(2)))
                .toList();

        answers.forEach(
                answer -> assertThat(answer.result().timings().batchSize()).isEqualTo(SLOTS));
    }

    @Test
    void aLoneRequestGoesAfterTheDelay() {
        MicroBatcher batcher = started(Duration.ofMillis(20), 100);

        assertThat(submit(batcher, fixedLength(2)).result().timings().queueMs()).isGreaterThanOrEqualTo(20);
    }

    @Test
    void aFullQueueRefusesAndSaysWhenToComeBack() {
        MicroBatcher batcher = create(NOW, 2);
        submit(batcher, fixedLength(1));
        submit(batcher, fixedLength(1));

        ApiException refusal = catchThrowableOfType(ApiException.class, () -> submit(batcher, fixedLength(1)));

        assertThat(refusal.status().value()).isEqualTo(429);
        assertThat(refusal.retryAfter())
                .hasValueSatisfying(delay -> assertThat(delay).isPositive());
        assertThat(rejected("queue_full")).isEqualTo(1);
        batcher.start();
    }

    @Test
    void idsAreUniqueWhileTheyAreUnderWay() {
        MicroBatcher batcher = create(NOW, 100);
        BatchRequest request = request(fixedLength(1));
        Answer first = new Answer();
        batcher.submit(request, first);

        assertThatThrownBy(() -> batcher.submit(request, new Answer())).isInstanceOf(ApiException.class);

        batcher.start();
        first.result();
        Answer second = new Answer();
        batcher.submit(request, second);
        assertThat(second.text()).isEqualTo(first.text());
    }

    @Test
    void whatIsCancelledInTheQueueIsNeverDecoded() {
        MicroBatcher batcher = started(NEVER, 100);
        Answer answer = new Answer();
        BatchRequest request = request(fixedLength(1));
        batcher.submit(request, answer);

        assertThat(batcher.cancel(request.id())).isTrue();

        assertThat(answer.error().status().value()).isEqualTo(499);
        assertThat(batcher.cancel(request.id())).isFalse();
        assertThat(steps()).isZero();
        assertThat(registry.counter("gkt.teacher.cancelled", "phase", "queued").count())
                .isEqualTo(1);
    }

    @Test
    void whatIsCancelledWhileItRunsLeavesTheBatch() {
        MicroBatcher batcher = started(NOW, 100);
        Answer answer = new Answer();
        BatchRequest request = request(fixedLength(200));
        answer.onFirstPiece = () -> batcher.cancel(request.id());
        batcher.submit(request, answer);

        assertThat(answer.error().status().value()).isEqualTo(499);
        assertThat(steps()).isLessThan(200);
    }

    @Test
    void whatExpiresInTheQueueIsNeverDecoded() {
        MicroBatcher batcher = started(NEVER, 100);
        Answer answer = new Answer();
        batcher.submit(request(fixedLength(1), Duration.ofMillis(10)), answer);

        assertThat(answer.error().status().value()).isEqualTo(504);
        assertThatThrownBy(() -> batcher.submit(request(fixedLength(1), Duration.ZERO), new Answer()))
                .isInstanceOf(ApiException.class);
        assertThat(steps()).isZero();
        assertThat(rejected("deadline")).isEqualTo(2);
    }

    @Test
    void whatExpiresWhileItRunsLeavesTheBatch() {
        MicroBatcher batcher = started(NOW, 100);
        Answer answer = new Answer();
        BatchRequest request = request(fixedLength(200), Duration.ofSeconds(1));
        answer.onFirstPiece = () -> sleepUntil(request.deadline());
        batcher.submit(request, answer);

        assertThat(answer.error().status().value()).isEqualTo(504);
        assertThat(steps()).isLessThan(200);
    }

    @Test
    void whileOthersRunWhoCannotBeDoneInTimeIsRefusedAtOnce() {
        MicroBatcher batcher = create(slow(Duration.ofMillis(5)));
        CompletableFuture<ApiException> refusal = new CompletableFuture<>();
        CompletableFuture<Answer> taken = new CompletableFuture<>();
        Answer running = new Answer();
        running.onFirstPiece = () -> {
            refusal.complete(catchThrowableOfType(
                    ApiException.class,
                    () -> batcher.submit(request(fixedLength(200), Duration.ofMillis(100)), new Answer())));
            taken.complete(submit(batcher, fixedLength(2)));
        };
        batcher.submit(request(fixedLength(50)), running);
        batcher.start();

        assertThat(refusal.join().status().value()).isEqualTo(429);
        assertThat(refusal.join().code()).isEqualTo("too_late");
        assertThat(refusal.join().retryAfter())
                .hasValueSatisfying(delay -> assertThat(delay).isPositive());
        assertThat(rejected("too_late")).isEqualTo(1);
        taken.join().result();
        running.result();
    }

    /** Its first step shows how long it will take. */
    @Test
    void whoCannotBeDoneInTimeAnyMoreIsNotBegun() {
        MicroBatcher batcher = create(slow(Duration.ofMillis(20)));
        List<Answer> running = IntStream.range(0, SLOTS)
                .mapToObj(i -> submit(batcher, fixedLength(10)))
                .toList();
        Answer late = new Answer();
        batcher.submit(request(fixedLength(200), Duration.ofSeconds(3)), late);
        batcher.start();

        assertThat(late.error().code()).isEqualTo("too_late");
        assertThat(late.error().retryAfter()).isPresent();
        running.forEach(Answer::result);
    }

    /** Or a wrong estimate would never be corrected. */
    @Test
    void anIdleTeacherRefusesNobody() {
        MicroBatcher batcher = create(slow(Duration.ofMillis(5)));
        batcher.start();
        for (int i = 0; i < 3; i++) {
            Answer answer = new Answer();
            batcher.submit(request(fixedLength(200), Duration.ofMillis(100)), answer);
            assertThat(answer.error().status().value()).isEqualTo(504);
        }
        assertThat(rejected("too_late")).isZero();
    }

    @Test
    void theQueueOfOneCallerMakesNoOtherTooLate() {
        MicroBatcher batcher = create(slow(Duration.ofMillis(5)));
        CompletableFuture<Answer> modest = new CompletableFuture<>();
        AtomicBoolean last = new AtomicBoolean();
        Answer running = new Answer();
        running.onFirstPiece = () -> {
            Answer answer = new Answer();
            batcher.submit(request("modest", fixedLength(10), Duration.ofSeconds(10)), answer);
            modest.complete(answer);
            ApiException refusal = catchThrowableOfType(
                    ApiException.class,
                    () -> batcher.submit(request("greedy", fixedLength(10), Duration.ofSeconds(10)), new Answer()));
            last.set(refusal.code().equals("too_late"));
        };
        batcher.submit(request("greedy", fixedLength(10), NEVER), running);
        for (int i = 0; i < 2_000; i++) {
            batcher.submit(request("greedy", fixedLength(10), NEVER), new Answer());
        }
        batcher.start();

        modest.join().result();
        assertThat(last).isTrue();
    }

    /** In whatever company: with a deadline that is far away nobody is refused for it. */
    @Test
    void whoHasTimeIsNeverTooLate() {
        MicroBatcher batcher = create(slow(Duration.ofMillis(1)));
        batcher.start();
        Random random = new Random(5);
        List<Answer> answers = IntStream.range(0, 200)
                .mapToObj(i ->
                        submit(batcher, generation(prompt(random, 1 + random.nextInt(60)), 1 + random.nextInt(20))))
                .toList();

        answers.forEach(Answer::result);
        assertThat(rejected("too_late")).isZero();
    }

    @Test
    void aRequestThatFailsTheStepFailsAlone() {
        MicroBatcher batcher = create(NOW, 100);
        GenerationRequest good = fixedLength(10);
        Answer before = submit(batcher, good);
        Answer bad =
                submit(batcher, generation(new int[] {model.decoder().config().vocabularySize()}, 5));
        Answer after = submit(batcher, good);
        batcher.start();

        assertThat(bad.error().status().value()).isEqualTo(500);
        assertThat(before.text()).isEqualTo(alone(good));
        assertThat(after.text()).isEqualTo(alone(good));
        assertThat(submit(batcher, good).text()).isEqualTo(alone(good));
    }

    @Test
    void aRequestWhoseTokenCannotBeChosenFailsAlone() {
        MicroBatcher batcher = create(NOW, 100);
        GenerationRequest good = fixedLength(10);
        SamplingParameters impossible =
                new SamplingParameters(0, 0, 1, 0, 1, 0, 0, Map.of(3, Double.NaN), 0, OptionalLong.empty());
        Answer before = submit(batcher, good);
        Answer bad = submit(batcher, generation(new int[] {5, 6}, 5, impossible));
        batcher.start();

        assertThat(bad.error().status().value()).isEqualTo(500);
        assertThat(before.text()).isEqualTo(alone(good));
    }

    /** As the allocator fails for the whole batch, and then for one of its rows. */
    @Test
    void aRequestForWhichMemoryIsTooShortFailsAloneAndTheTeacherIsNotReadyForAWhile() {
        MicroBatcher batcher = create(chunks -> {
            if (chunks.stream().anyMatch(chunk -> chunk.tokens().length > 30)) {
                throw new OutOfMemoryException(new IllegalStateException("DefaultCPUAllocator: can't allocate memory"));
            }
            return model.decoder().step(chunks);
        });
        GenerationRequest good = fixedLength(10);
        Answer before = submit(batcher, good);
        Answer bad = submit(batcher, generation(prompt(new Random(3), 40), 5));
        assertThat(memory.health().getStatus()).isEqualTo(Status.UP);
        batcher.start();

        assertThat(bad.error().status().value()).isEqualTo(503);
        assertThat(bad.error().retryAfter()).isPresent();
        assertThat(before.text()).isEqualTo(alone(good));
        assertThat(memory.health().getStatus()).isEqualTo(Status.DOWN);
        assertThat(submit(batcher, good).text()).isEqualTo(alone(good));
    }

    @Test
    void theBatchSurvivesAnEngineThatThrowsErrors() {
        AtomicBoolean broken = new AtomicBoolean(true);
        MicroBatcher batcher = create(chunks -> {
            if (broken.getAndSet(false)) {
                throw new StackOverflowError();
            }
            return model.decoder().step(chunks);
        });
        Answer first = submit(batcher, fixedLength(5));
        batcher.start();

        assertThat(first.error().status().value()).isEqualTo(500);
        assertThat(submit(batcher, fixedLength(5)).text()).isEqualTo(alone(fixedLength(5)));
    }

    @Test
    void callersTakeTurnsAndNoneFillsTheQueueForOthers() {
        MicroBatcher batcher = create(NOW, SLOTS + 2);
        List<Answer> greedy = new ArrayList<>();
        for (int i = 0; i < SLOTS + 2; i++) {
            greedy.add(new Answer());
            batcher.submit(request("greedy", fixedLength(5), NEVER), greedy.get(i));
        }

        Answer modest = new Answer();
        batcher.submit(request("modest", fixedLength(5), NEVER), modest);

        Answer newest = greedy.remove(SLOTS + 1);
        assertThat(newest.error().status().value()).isEqualTo(429);
        assertThat(newest.error().retryAfter()).isPresent();
        assertThat(rejected("queue_full")).isEqualTo(1);
        CompletableFuture<Boolean> lastOfGreedyWaited =
                modest.end.thenApply(end -> !greedy.get(SLOTS).end.isDone());
        batcher.start();
        assertThat(lastOfGreedyWaited.join()).isTrue();
        greedy.forEach(Answer::result);
    }

    /**
     * Thousands at the same time, of mixed lengths, some cancelled, late, or failing: each gets the text that it gets
     * alone, or a beginning of it, and nothing of any other's.
     */
    @Test
    @Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void noAnswerHoldsAnythingOfAnothers() throws Exception {
        int requests = 2_000;
        Random random = new Random(12);
        List<GenerationRequest> generations = IntStream.range(0, requests)
                .mapToObj(i -> generation(prompt(random, 2 + random.nextInt(40)), 4 + random.nextInt(8)))
                .toList();
        List<String> expected =
                generations.stream().map(MicroBatcherTest::alone).toList();
        assertThat(new HashSet<>(expected)).as("markers").hasSizeGreaterThan(requests / 2);
        AtomicInteger steps = new AtomicInteger();
        MicroBatcher batcher = create(chunks -> {
            if (steps.incrementAndGet() % 50 == 0) {
                throw new IllegalStateException("the engine stumbles");
            }
            return model.decoder().step(chunks);
        });
        batcher.start();

        List<Answer> answers = Stream.generate(Answer::new).limit(requests).toList();
        List<Thread> clients = IntStream.range(0, 8)
                .mapToObj(client -> new Thread(() -> {
                    for (int i = client; i < requests; i += 8) {
                        Duration time = i % 17 == 0 ? Duration.ofMillis(30) : NEVER;
                        BatchRequest request = request("caller-" + client % 3, generations.get(i), time);
                        if (i % 7 == 0) {
                            answers.get(i).onFirstPiece = () -> batcher.cancel(request.id());
                        }
                        try {
                            batcher.submit(request, answers.get(i));
                        } catch (ApiException tooLate) {
                            answers.get(i).failed(tooLate);
                        }
                        if (i % 11 == 0) {
                            batcher.cancel(request.id());
                        }
                    }
                }))
                .toList();
        clients.forEach(Thread::start);
        for (Thread client : clients) {
            client.join();
        }

        int whole = 0;
        for (int i = 0; i < requests; i++) {
            Answer answer = answers.get(i);
            boolean finished =
                    answer.end.handle((result, error) -> error == null).get(50, TimeUnit.SECONDS);
            String text = answer.pieces.toString();
            whole += finished ? 1 : 0;
            if (finished) {
                assertThat(text).isEqualTo(expected.get(i));
            } else {
                assertThat(expected.get(i)).startsWith(text);
            }
        }
        assertThat(whole).isGreaterThan(requests / 2);
    }

    @Test
    void aListenerThatFailsHarmsNobodyElse() {
        MicroBatcher batcher = create(NOW, 100);
        Answer broken = new Answer();
        broken.onFirstPiece = () -> {
            throw new IllegalStateException("broken");
        };
        batcher.submit(request(fixedLength(10)), broken);
        Answer other = submit(batcher, fixedLength(10));
        batcher.start();

        assertThat(other.result().usage().completionTokens()).isEqualTo(10);
        assertThat(broken.error().status().value()).isEqualTo(500);
    }

    @Test
    void shuttingDownRefusesWhatWaits() {
        MicroBatcher batcher = started(NEVER, 100);
        Answer queued = submit(batcher, fixedLength(1));
        CompletableFuture<Void> drained = new CompletableFuture<>();

        batcher.stop(() -> drained.complete(null));

        drained.join();
        assertThat(queued.error().status().value()).isEqualTo(503);
        assertThat(queued.error().retryAfter()).isPresent();
        assertThatThrownBy(() -> submit(batcher, fixedLength(1))).isInstanceOf(ApiException.class);
        assertThat(rejected("draining")).isEqualTo(2);
    }

    @Test
    void shuttingDownFinishesWhatRuns() {
        MicroBatcher batcher = started(NOW, 100);
        CompletableFuture<Void> drained = new CompletableFuture<>();
        Answer running = new Answer();
        running.onFirstPiece = () -> batcher.stop(() -> drained.complete(null));
        batcher.submit(request(fixedLength(50)), running);

        assertThat(running.result().usage().completionTokens()).isEqualTo(50);
        drained.join();
    }

    @Test
    void stopSequencesEndAnAnswer() {
        GenerationRequest generation = fixedLength(40);
        String whole = alone(generation);
        String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 3);
        MicroBatcher batcher = started(NOW, 100);
        Answer answer = new Answer();
        long now = System.nanoTime();
        batcher.submit(
                new BatchRequest("stop", "anybody", "chat", generation, List.of(stop), now, now + NEVER.toNanos()),
                answer);

        assertThat(answer.result().finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(answer.text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
    }

    @Test
    void timesAndTokensAreCounted() {
        MicroBatcher batcher = started(NOW, 100);

        BatchResult result = submit(batcher, fixedLength(10)).result();
        submit(batcher, fixedLength(10)).result();

        assertThat(result.usage().promptTokens()).isEqualTo(fixedLength(10).promptLength());
        assertThat(result.timings().prefillMs()).isPositive();
        assertThat(result.timings().decodeMs()).isPositive();
        assertThat(registry.get("gkt.teacher.guidance.tokens").counter().count())
                .isEqualTo(20);
        assertThat(registry.get("gen_ai.server.request.duration").timer().count())
                .isEqualTo(2);
        assertThat(registry.get("gen_ai.server.time_to_first_token").timer().count())
                .isEqualTo(2);
    }

    private MicroBatcher started(Duration delay, int capacity) {
        MicroBatcher batcher = create(delay, capacity);
        batcher.start();
        return batcher;
    }

    private MicroBatcher create(Duration delay, int capacity) {
        return create(new BatchPolicy(Batching.CONTINUOUS, delay, STEP_TOKENS, capacity));
    }

    private MicroBatcher create(BatchPolicy policy) {
        return create(policy, model.decoder()::step);
    }

    private MicroBatcher create(Function<List<Chunk>, float[][]> engine) {
        return create(new BatchPolicy(Batching.CONTINUOUS, NOW, STEP_TOKENS, 10_000), engine);
    }

    private MicroBatcher create(BatchPolicy policy, Function<List<Chunk>, float[][]> engine) {
        MicroBatcher batcher =
                new MicroBatcher(model, policy, new BatchMetrics(registry, model.name()), memory, engine);
        batchers.add(batcher);
        return batcher;
    }

    /** Steps that take at least so long. */
    private static Function<List<Chunk>, float[][]> slow(Duration step) {
        return chunks -> {
            sleepUntil(System.nanoTime() + step.toNanos());
            return model.decoder().step(chunks);
        };
    }

    private Answer submit(MicroBatcher batcher, GenerationRequest generation) {
        Answer answer = new Answer();
        batcher.submit(request(generation), answer);
        return answer;
    }

    private BatchRequest request(GenerationRequest generation) {
        return request(generation, NEVER);
    }

    private BatchRequest request(GenerationRequest generation, Duration time) {
        return request("anybody", generation, time);
    }

    private BatchRequest request(String caller, GenerationRequest generation, Duration time) {
        long now = System.nanoTime();
        return new BatchRequest(
                "r" + ids.getAndIncrement(), caller, "chat", generation, List.of(), now, now + time.toNanos());
    }

    private static GenerationRequest fixedLength(int tokens) {
        SamplingParameters noEnd = new SamplingParameters(0, 0, 1, 0, 1, 0, 0, Map.of(), tokens, OptionalLong.empty());
        return generation(new int[] {20, 30, 40}, tokens, noEnd);
    }

    private static GenerationRequest generation(int[] prompt, int maxTokens) {
        return generation(prompt, maxTokens, SamplingParameters.GREEDY);
    }

    private static GenerationRequest generation(int[] prompt, int maxTokens, SamplingParameters sampling) {
        return new GenerationRequest(prompt, prompt.length, maxTokens, sampling, false);
    }

    private static int[] prompt(Random random, int length) {
        return random.ints(length, 3, model.tokenizer().vocabularySize()).toArray();
    }

    private static String alone(GenerationRequest generation) {
        Slot slot = model.decoder().slots().acquire(generation.tokens()).orElseThrow();
        try {
            slot.truncate(0);
            Sequence sequence = new Sequence(model, generation, slot, new StopMatcher(List.of()));
            StringBuilder text = new StringBuilder();
            while (sequence.finishReason().isEmpty()) {
                sequence.accept(model.decoder().step(List.of(sequence.next(CONTEXT)))[0]);
                text.append(sequence.drainText());
            }
            return text.toString();
        } finally {
            model.decoder().slots().release(slot);
        }
    }

    private static void sleepUntil(long time) {
        while (System.nanoTime() - time < 0) {
            try {
                TimeUnit.MILLISECONDS.sleep(1);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private long steps() {
        return registry.get("gkt.teacher.batch.size").summary().count();
    }

    private double rejected(String reason) {
        return registry.counter("gkt.teacher.rejected", "reason", reason).count();
    }

    private static class Answer implements BatchListener {

        final CompletableFuture<BatchResult> end = new CompletableFuture<>();
        private final StringBuilder pieces = new StringBuilder();
        Runnable onFirstPiece = () -> {};

        @Override
        public void piece(String text) {
            boolean first = pieces.isEmpty();
            pieces.append(text);
            if (first) {
                onFirstPiece.run();
            }
        }

        @Override
        public void finished(BatchResult result) {
            end.complete(result);
        }

        @Override
        public void failed(ApiException error) {
            end.completeExceptionally(error);
        }

        BatchResult result() {
            return end.join();
        }

        String text() {
            end.join();
            return pieces.toString();
        }

        ApiException error() {
            try {
                throw new AssertionError("finished with " + end.get());
            } catch (ExecutionException e) {
                return (ApiException) e.getCause();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
