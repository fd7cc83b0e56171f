package io.gkt.inference.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.decoder.Chunk;
import io.gkt.inference.decoder.Precision;
import io.gkt.inference.decoder.Slot;
import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.inference.sampling.TokenLogprobs;
import io.gkt.inference.tokenizer.Prompt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With the real weights of a small random model, whose text is noise but always the same noise. */
class SequenceTest {

    private static LanguageModel model;

    @BeforeAll
    static void load() {
        model = LanguageModel.load(
                Path.of("src/test/resources/golden/checkpoints/qwen3-qknorm"), Precision.FLOAT32, 3, 128);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void endsAtItsMostTokens() {
        Outcome outcome = run(greedy("Once upon a time", 12), List.of(), Integer.MAX_VALUE);
        assertThat(outcome.sequence.finishReason()).contains(FinishReason.LENGTH);
        assertThat(outcome.sequence.completionTokens()).isEqualTo(12);
    }

    @Test
    void endsAtTheEndOfTheContext() {
        Outcome outcome = run(greedy("Once upon a time", 10_000), List.of(), Integer.MAX_VALUE);
        assertThat(outcome.sequence.finishReason()).contains(FinishReason.LENGTH);
        assertThat(outcome.sequence.promptTokens() + outcome.sequence.completionTokens())
                .isEqualTo(128);
    }

    @Test
    void prefillInChunksGivesTheSameText() {
        String whole = run(greedy("Tom has 12 apples and buys 7 more.", 20), List.of(), Integer.MAX_VALUE).text;
        assertThat(run(greedy("Tom has 12 apples and buys 7 more.", 20), List.of(), 3).text)
                .isEqualTo(whole);
    }

    @Test
    void aPromptThatBeginsLikeAnEarlierOneIsPrefilledOnlyWhereItDiffers() {
        String shared = "Q: Tom has 12 apples and buys 7 more. How many has he?\nA:";
        Outcome first = run(greedy(shared + " one", 8), List.of(), Integer.MAX_VALUE);
        Outcome fresh = run(greedy(shared + " two", 8), List.of(), Integer.MAX_VALUE, false);
        Outcome reused = run(greedy(shared + " two", 8), List.of(), Integer.MAX_VALUE);
        assertThat(first.sequence.promptTokens()).isGreaterThan(20);
        assertThat(reused.sequence.cachedTokens()).isGreaterThan(20);
        assertThat(reused.text).isEqualTo(fresh.text);
    }

    @Test
    void aStopSequenceEndsTheTextBeforeIt() {
        String whole = run(greedy("Once upon a time", 30), List.of(), Integer.MAX_VALUE).text;
        String stop = whole.substring(10, 13);
        Outcome stopped = run(greedy("Once upon a time", 30), List.of(stop), Integer.MAX_VALUE);
        assertThat(stopped.sequence.finishReason()).contains(FinishReason.STOP);
        assertThat(stopped.text).isEqualTo(whole.substring(0, whole.indexOf(stop)));
    }

    @Test
    void outputThatIsGivenCountsAsOutput() {
        GenerationRequest whole = greedy("Once upon a time", 10);
        Outcome alone = run(whole, List.of(), Integer.MAX_VALUE);
        int[] given = Arrays.copyOf(whole.tokens(), whole.tokens().length + 1);
        given[given.length - 1] = model.tokenizer().encode(Prompt.plain("x"))[0];
        Outcome continued = run(
                new GenerationRequest(given, whole.promptLength(), 10, SamplingParameters.GREEDY, true),
                List.of(),
                Integer.MAX_VALUE);
        assertThat(alone.sequence.completionTokens()).isEqualTo(10);
        assertThat(continued.sequence.completionTokens()).isEqualTo(10);
        assertThat(continued.sequence.promptTokens()).isEqualTo(whole.promptLength());
    }

    @Test
    void theSameSeedWritesTheSameTextAndAnotherSeedAnother() {
        assertThat(sampled(1)).isEqualTo(sampled(1)).isNotEqualTo(sampled(2));
    }

    @Test
    void theModelEndsASequenceUnlessToldOtherwise() {
        int end = model.endOfSequence().iterator().next();
        SamplingParameters endSoon =
                new SamplingParameters(0, 0, 1, 0, 1, 0, 0, Map.of(end, 100.0), 4, OptionalLong.empty());
        int[] prompt = model.tokenizer().encode(Prompt.raw("Hello"));
        Outcome ended =
                run(new GenerationRequest(prompt, prompt.length, 20, endSoon, false), List.of(), Integer.MAX_VALUE);
        assertThat(ended.sequence.finishReason()).contains(FinishReason.STOP);
        assertThat(ended.sequence.completionTokens()).isEqualTo(5);
        Outcome ignored =
                run(new GenerationRequest(prompt, prompt.length, 20, endSoon, true), List.of(), Integer.MAX_VALUE);
        assertThat(ignored.sequence.finishReason()).contains(FinishReason.LENGTH);
    }

    @Test
    void everyOutputTokenHasALogprobWhetherGivenOrChosen() {
        int[] prompt = model.tokenizer().encode(Prompt.raw("Once upon a time"));
        Outcome chosen = run(scored(prompt, prompt.length, SamplingParameters.GREEDY), List.of(), Integer.MAX_VALUE);
        assertThat(chosen.logprobs).hasSize(12).allSatisfy(entry -> {
            assertThat(entry.top()).hasSize(3);
            assertThat(entry.token()).isEqualTo(entry.top().get(0).token());
            assertThat(entry.logprob()).isNegative();
        });

        int[] given = Arrays.copyOf(prompt, prompt.length + 7);
        for (int i = 0; i < 7; i++) {
            given[prompt.length + i] = chosen.logprobs.get(i).token();
        }
        Outcome continued = run(scored(given, prompt.length, SamplingParameters.GREEDY), List.of(), Integer.MAX_VALUE);
        assertThat(continued.logprobs).hasSize(12);
        for (int i = 0; i < 12; i++) {
            assertThat(continued.logprobs.get(i).token())
                    .isEqualTo(chosen.logprobs.get(i).token());
            assertThat(continued.logprobs.get(i).logprob())
                    .isCloseTo(chosen.logprobs.get(i).logprob(), within(1e-3));
        }
    }

    @Test
    void logprobsAreThoseOfTheModelWhateverIsAskedForOfTheSampler() {
        int[] prompt = model.tokenizer().encode(Prompt.raw("Hello"));
        int wanted = model.tokenizer().encode(Prompt.plain("x"))[0];
        SamplingParameters biased =
                new SamplingParameters(0.5, 1, 0.5, 0.1, 1.5, 1, 1, Map.of(wanted, 100.0), 0, OptionalLong.of(1));
        Outcome outcome = run(scored(prompt, prompt.length, biased), List.of(), Integer.MAX_VALUE);
        assertThat(outcome.logprobs.get(0).token()).isEqualTo(wanted);
        assertThat(outcome.logprobs.get(0).logprob()).isLessThan(Math.log(0.5));
        assertThat(outcome.logprobs.get(0).top().get(0).token()).isNotEqualTo(wanted);
    }

    private static GenerationRequest scored(int[] tokens, int promptLength, SamplingParameters sampling) {
        return new GenerationRequest(tokens, promptLength, 12, sampling, true, OptionalInt.of(3));
    }

    private static String sampled(long seed) {
        int[] prompt = model.tokenizer().encode(Prompt.raw("Hello"));
        SamplingParameters hot = new SamplingParameters(1.5, 0, 1, 0, 1, 0, 0, Map.of(), 0, OptionalLong.of(seed));
        return run(new GenerationRequest(prompt, prompt.length, 20, hot, true), List.of(), Integer.MAX_VALUE).text;
    }

    private static GenerationRequest greedy(String prompt, int maxTokens) {
        int[] tokens = model.tokenizer().encode(Prompt.raw(prompt));
        return new GenerationRequest(tokens, tokens.length, maxTokens, SamplingParameters.GREEDY, true);
    }

    private record Outcome(Sequence sequence, String text, List<TokenLogprobs> logprobs) {}

    private static Outcome run(GenerationRequest request, List<String> stops, int prefillChunk) {
        return run(request, stops, prefillChunk, true);
    }

    private static Outcome run(GenerationRequest request, List<String> stops, int prefillChunk, boolean reuse) {
        Slot slot = model.decoder().slots().acquire(request.tokens()).orElseThrow();
        if (!reuse) {
            slot.truncate(0);
        }
        try {
            Sequence sequence = new Sequence(model, request, slot, new StopMatcher(stops));
            List<String> pieces = new ArrayList<>();
            List<TokenLogprobs> logprobs = new ArrayList<>();
            while (sequence.finishReason().isEmpty()) {
                Chunk chunk = sequence.next(prefillChunk);
                sequence.accept(model.decoder().step(List.of(chunk))[0]);
                pieces.add(sequence.drainText());
                logprobs.addAll(sequence.drainLogprobs());
            }
            assertThat(stops).noneMatch(String.join("", pieces)::contains);
            return new Outcome(sequence, String.join("", pieces), logprobs);
        } finally {
            model.decoder().slots().release(slot);
        }
    }
}
