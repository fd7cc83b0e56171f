package io.gkt.teacher.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gkt.inference.LanguageModel;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
    private int ids;

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
        MicroBatcher batcher = new MicroBatcher(model, policy, new BatchMetrics(registry, model.name()), memory);
        batchers.add(batcher);
        return batcher;
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
        long now = System.nanoTime();
        return new BatchRequest("r" + ids++, "anybody", "chat", generation, List.of(), now, now + time.toNanos());
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
                TimeUnit.MILLISECONDS.sleep(5);
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
