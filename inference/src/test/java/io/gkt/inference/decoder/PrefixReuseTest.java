package io.gkt.inference.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gkt.inference.checkpoint.ModelConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Slots keep what they hold for prompts that begin with it. */
class PrefixReuseTest {

    private static final Path CHECKPOINT = Path.of("src/test/resources/golden/checkpoints/qwen2-bias");
    private static final int DECODED = 6;

    /**
     * Bit for bit what the same steps give without reuse. A prompt computed in one step goes through products of other
     * shapes, whose sums are added in another order.
     */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void aKeptPrefixGivesWhatAComputedOneGives(Precision precision) {
        int[][] examples = {random(1, 90), random(2, 70)};
        try (Decoder decoder = Decoder.load(CHECKPOINT, ModelConfig.read(CHECKPOINT), precision, 2, 128)) {
            List<float[]> inTwoSteps = new ArrayList<>();
            List<float[]> inOneStep = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                int[] prompt = prompt(examples[i % 2], i);
                inTwoSteps.addAll(answer(decoder, forgetful(decoder, prompt), prompt, examples[i % 2].length));
                inOneStep.add(
                        answer(decoder, forgetful(decoder, prompt), prompt, 0).get(0));
            }
            for (int i = 0; i < 2; i++) {
                // An answer of its own, which is in the way of the next.
                answer(decoder, forgetful(decoder, examples[i]), prompt(examples[i], 100 + i), examples[i].length);
            }

            List<float[]> reused = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                int[] prompt = prompt(examples[i % 2], i);
                Slot slot = decoder.slots().acquire(prompt).orElseThrow();
                assertThat(slot.length()).as("tokens kept").isEqualTo(examples[i % 2].length);
                reused.addAll(answer(decoder, slot, prompt, 0));
            }

            double tolerance = precision == Precision.BFLOAT16 ? 0.2 : precision == Precision.INT8 ? 0.02 : 1e-4;
            for (int i = 0; i < reused.size(); i++) {
                assertThat(reused.get(i)).as("the same steps").isEqualTo(inTwoSteps.get(i));
            }
            for (int i = 0; i < inOneStep.size(); i++) {
                for (int id = 0; id < inOneStep.get(i).length; id++) {
                    assertThat((double) reused.get(i * DECODED)[id])
                            .as("the whole prompt in one step")
                            .isCloseTo(inOneStep.get(i)[id], within(tolerance));
                }
            }
        }
    }

    @Test
    void theSlotUnusedForLongestIsTakenWhenNoneHoldsMore() {
        Slots slots = new Slots(3, 16);
        int[][] prompts = {{1, 2, 3, 4}, {1, 2, 9, 9, 9}, {7, 7, 7}};
        List<Slot> used = Arrays.stream(prompts)
                .map(prompt -> slots.acquire(prompt).orElseThrow())
                .toList();
        for (int i = 0; i < 3; i++) {
            used.get(i).append(prompts[i]);
        }
        slots.release(used.get(1));
        slots.release(used.get(0));
        slots.release(used.get(2));

        Slot longest = slots.acquire(new int[] {1, 2, 3, 4, 5}).orElseThrow();
        assertThat(longest).isSameAs(used.get(0));
        assertThat(longest.length()).isEqualTo(4);
        Slot next = slots.acquire(new int[] {1, 2, 3, 4, 5}).orElseThrow();
        assertThat(next).as("two tokens in common").isSameAs(used.get(1));
        assertThat(next.length()).isEqualTo(2);
        slots.release(next);
        slots.release(longest);

        Slot oldest = slots.acquire(new int[] {5}).orElseThrow();
        assertThat(oldest).as("nothing in common with any").isSameAs(used.get(2));
        assertThat(oldest.length()).isZero();
        assertThat(slots.acquire(new int[] {5})).containsSame(used.get(1));
        assertThat(slots.acquire(new int[] {5})).containsSame(used.get(0));
        assertThat(slots.acquire(new int[] {5})).isEmpty();
    }

    @Test
    void thePromptsLastTokenIsComputedAgain() {
        Slots slots = new Slots(1, 16);
        int[] prompt = {1, 2, 3};
        Slot slot = slots.acquire(prompt).orElseThrow();
        slot.append(prompt);
        slots.release(slot);

        assertThat(slots.acquire(prompt).orElseThrow().length()).isEqualTo(2);
    }

    private static Slot forgetful(Decoder decoder, int[] prompt) {
        Slot slot = decoder.slots().acquire(prompt).orElseThrow();
        slot.truncate(0);
        return slot;
    }

    private static int[] random(long seed, int count) {
        return new SplittableRandom(seed).ints(count, 0, 384).toArray();
    }

    private static int[] prompt(int[] examples, int question) {
        // The first token differs from question to question, so that only the examples are common.
        return IntStream.concat(
                        Arrays.stream(examples),
                        IntStream.concat(IntStream.of(question), Arrays.stream(random(50 + question, 9))))
                .toArray();
    }

    /** Logits of some greedy tokens; the slot is released. The prompt's beginning is a step of its own, if there is one. */
    private static List<float[]> answer(Decoder decoder, Slot slot, int[] prompt, int beginning) {
        if (beginning > 0) {
            decoder.step(List.of(new Chunk(slot, Arrays.copyOf(prompt, beginning))));
        }
        List<float[]> answer = new ArrayList<>();
        int[] next = Arrays.copyOfRange(prompt, slot.length(), prompt.length);
        for (int i = 0; i < DECODED; i++) {
            float[] logits = decoder.step(List.of(new Chunk(slot, next)))[0];
            answer.add(logits);
            next = new int[] {
                IntStream.range(0, logits.length)
                        .reduce((a, b) -> logits[b] > logits[a] ? b : a)
                        .orElseThrow()
            };
        }
        decoder.slots().release(slot);
        return answer;
    }
}
