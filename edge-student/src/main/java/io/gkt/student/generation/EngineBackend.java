package io.gkt.student.generation;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.decoder.Chunk;
import io.gkt.inference.decoder.Slot;
import io.gkt.inference.generation.FinishReason;
import io.gkt.inference.generation.GenerationRequest;
import io.gkt.inference.generation.Sequence;
import io.gkt.inference.generation.StopMatcher;
import io.gkt.inference.sampling.TokenLogprobs;
import io.gkt.inference.tokenizer.Prompt;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The model in this process, at batch size 1; the decoder takes the steps of several answers in turn. */
public final class EngineBackend implements StudentBackend {

    private final LanguageModel model;
    private final int maxStepTokens;

    /**
     * @param model         generates
     * @param maxStepTokens most tokens of a prompt that run in one step, so that other answers' steps need not wait
     *                      long
     */
    public EngineBackend(LanguageModel model, int maxStepTokens) {
        this.model = model;
        this.maxStepTokens = maxStepTokens;
    }

    @Override
    public LanguageModel model() {
        return model;
    }

    @Override
    public String fingerprint() {
        return model.fingerprint() + " " + model.decoder().precision();
    }

    @Override
    public int contextLength() {
        return model.decoder().contextLength();
    }

    @Override
    public boolean tellsLogprobs() {
        return true;
    }

    @Override
    public Seat open(int[] prompt) {
        return new SlotSeat(prompt, model.decoder().slots().acquire(prompt).orElseThrow());
    }

    private final class SlotSeat implements Seat {

        private final int[] prompt;
        private final Slot slot;

        SlotSeat(int[] prompt, Slot slot) {
            this.prompt = prompt;
            this.slot = slot;
        }

        @Override
        public int held() {
            return slot.length();
        }

        @Override
        public boolean prefill() {
            if (slot.length() >= prompt.length) {
                return false;
            }
            int end = Math.min(prompt.length, slot.length() + maxStepTokens);
            model.decoder().step(List.of(new Chunk(slot, Arrays.copyOfRange(prompt, slot.length(), end))));
            return true;
        }

        @Override
        public Writing write(GenerationRequest request, Prompt text, StopMatcher stops, Duration limit) {
            return new SequenceWriting(new Sequence(model, request, slot, stops));
        }

        @Override
        public void close() {
            model.decoder().slots().release(slot);
        }
    }

    private final class SequenceWriting implements Writing {

        private final Sequence sequence;

        SequenceWriting(Sequence sequence) {
            this.sequence = sequence;
        }

        @Override
        public boolean advance() {
            sequence.accept(model.decoder().step(List.of(sequence.next(maxStepTokens)))[0]);
            return true;
        }

        @Override
        public boolean prefilling() {
            return sequence.prefilling();
        }

        @Override
        public String drainText() {
            return sequence.drainText();
        }

        @Override
        public List<TokenLogprobs> drainLogprobs() {
            return sequence.drainLogprobs();
        }

        @Override
        public Optional<FinishReason> finishReason() {
            return sequence.finishReason();
        }

        @Override
        public int completionTokens() {
            return sequence.completionTokens();
        }

        @Override
        public void close() {}
    }
}
