package io.gkt.teacher.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.decoder.Precision;
import io.gkt.inference.decoder.Slot;
import io.gkt.inference.generation.GenerationRequest;
import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.service.ApiException;
import io.gkt.teacher.TestModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One step after the other of a batch whose steps may compute 16 tokens. */
class StepTest {

    private static final int MAX_TOKENS = 16;

    private static LanguageModel model;

    private final List<Row> running = new ArrayList<>();

    @BeforeAll
    static void load() {
        model = LanguageModel.load(TestModel.DIRECTORY, Precision.FLOAT32, 4, 256);
    }

    @AfterAll
    static void unload() {
        model.close();
    }

    @AfterEach
    void releaseSlots() {
        running.forEach(row -> model.decoder().slots().release(row.slot()));
    }

    @Test
    void rowsThatDecodeAdvanceWithEachStepBesideALongNewcomer() {
        arrive(1, 20);
        arrive(1, 20);
        assertThat(step()).containsExactly(1, 1);

        arrive(50, 20);
        assertThat(step()).containsExactly(1, 1, 14);
        assertThat(step()).containsExactly(1, 1, 14);
        assertThat(step()).containsExactly(1, 1, 14);
        assertThat(step()).containsExactly(1, 1, 8);
        assertThat(step()).containsExactly(1, 1, 1);
    }

    @Test
    void severalNewcomersShareAStep() {
        arrive(5, 20);
        arrive(6, 20);
        arrive(4, 20);
        assertThat(step()).containsExactly(5, 6, 4);
        assertThat(step()).containsExactly(1, 1, 1);
    }

    @Test
    void newcomersAreServedInTheOrderOfTheirArrival() {
        arrive(20, 20);
        arrive(10, 20);
        arrive(3, 20);
        assertThat(step()).containsExactly(16);
        assertThat(step()).containsExactly(4, 10, 2);
        assertThat(step()).containsExactly(1, 1, 1);
    }

    @Test
    void rowsThatAreDoneTakeNoPart() {
        arrive(2, 1);
        arrive(2, 20);
        assertThat(step()).containsExactly(2, 2);
        assertThat(step()).containsExactly(1);
    }

    private void arrive(int promptLength, int tokens) {
        SamplingParameters noEnd = new SamplingParameters(0, 0, 1, 0, 1, 0, 0, Map.of(), tokens, OptionalLong.empty());
        int first = 20 + running.size();
        int[] prompt = IntStream.range(first, first + promptLength).toArray();
        Row row = new Row(
                new BatchRequest(
                        "r" + first,
                        "anybody",
                        "chat",
                        new GenerationRequest(prompt, promptLength, tokens, noEnd, false),
                        List.of(),
                        0,
                        0),
                new Nobody());
        Slot slot = model.decoder().slots().acquire(prompt).orElseThrow();
        slot.truncate(0);
        row.admit(model, slot, 0);
        running.add(row);
    }

    /** Computes the next step and returns how many tokens of each row it had. */
    private List<Integer> step() {
        Step step = Step.plan(running, MAX_TOKENS);
        float[][] logits = model.decoder().step(step.chunks());
        for (int i = 0; i < logits.length; i++) {
            step.rows().get(i).accept(logits[i], logits.length, 0);
        }
        assertThat(step.tokens()).isLessThanOrEqualTo(MAX_TOKENS);
        return step.chunks().stream().map(chunk -> chunk.tokens().length).toList();
    }

    private record Nobody() implements BatchListener {

        @Override
        public void piece(String text) {}

        @Override
        public void finished(BatchResult result) {}

        @Override
        public void failed(ApiException error) {}
    }
}
