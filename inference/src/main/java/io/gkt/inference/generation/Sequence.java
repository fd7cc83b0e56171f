package io.gkt.inference.generation;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.decoder.Chunk;
import io.gkt.inference.decoder.Slot;
import io.gkt.inference.sampling.Sampler;
import io.gkt.inference.sampling.TokenLogprobs;
import io.gkt.inference.tokenizer.Detokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One generation in one slot. Whoever runs it alternates {@link #next} and {@link #accept} until it has a
 * {@link #finishReason}, alone or as a row among others. Not thread-safe; the slot stays its owner's.
 */
public final class Sequence {

    private final GenerationRequest request;
    private final Slot slot;
    private final StopMatcher stops;
    private final Sampler sampler;
    private final Detokenizer detokenizer;
    private final Set<Integer> endOfSequence;
    private final int contextLength;
    private final int cachedTokens;
    private final StringBuilder text = new StringBuilder();
    private final List<TokenLogprobs> logprobs = new ArrayList<>();
    private int[] tokens;
    private int length;
    private FinishReason finishReason;

    /**
     * @param model   the model whose decoder runs it
     * @param request what to generate
     * @param slot    acquired from the model's decoder; what it holds is used as far as it agrees with the request
     * @param stops   stop sequences; has seen the text of the output that is given already
     */
    public Sequence(LanguageModel model, GenerationRequest request, Slot slot, StopMatcher stops) {
        this.request = request;
        this.slot = slot;
        this.stops = stops;
        this.tokens = Arrays.copyOf(request.tokens(), Math.max(request.tokens().length, 64));
        this.length = request.tokens().length;
        this.contextLength = model.decoder().contextLength();
        this.endOfSequence = model.endOfSequence();
        int[] prompt = Arrays.copyOf(tokens, request.promptLength());
        this.sampler = new Sampler(request.sampling(), prompt, endOfSequence);
        for (int i = request.promptLength(); i < length; i++) {
            sampler.accept(tokens[i]);
        }
        this.detokenizer = model.tokenizer().detokenizer(request.tokens());
        int firstWanted = request.topLogprobs().isPresent() ? request.promptLength() : length;
        slot.truncate(Math.min(slot.commonPrefix(request.tokens()), firstWanted - 1));
        this.cachedTokens = Math.min(slot.length(), request.promptLength());
        if (stops.matched()) {
            finishReason = FinishReason.STOP;
        } else if (completionTokens() >= request.maxTokens() || length > contextLength) {
            finish(FinishReason.LENGTH);
        }
    }

    /**
     * The row of the next step.
     *
     * @param mostTokens most tokens to run at once; at least 1
     * @return tokens that are not in the slot yet
     */
    public Chunk next(int mostTokens) {
        int from = slot.length();
        // A step gives the logits after its last token only, and each token to be scored needs those before it.
        int wanted = request.topLogprobs().isPresent() ? Math.max(request.promptLength(), from + 1) : length;
        return new Chunk(slot, Arrays.copyOfRange(tokens, from, from + Math.min(wanted - from, mostTokens)));
    }

    /**
     * Takes what the step gave.
     *
     * @param logits after the last token of the row
     * @throws IllegalStateException if no token can be chosen from them
     */
    public void accept(float[] logits) {
        if (slot.length() < length) {
            if (request.topLogprobs().isPresent() && slot.length() >= request.promptLength()) {
                score(logits, tokens[slot.length()]);
            }
            return;
        }
        float[] raw = request.topLogprobs().isPresent() ? logits.clone() : logits;
        int token = sampler.sample(logits);
        append(token);
        if (endOfSequence.contains(token) && !request.ignoreEndOfSequence()) {
            finish(FinishReason.STOP);
            return;
        }
        score(raw, token);
        text.append(stops.push(detokenizer.append(token)));
        if (stops.matched()) {
            finishReason = FinishReason.STOP;
        } else if (completionTokens() >= request.maxTokens() || length >= contextLength) {
            finish(FinishReason.LENGTH);
        }
    }

    private void score(float[] logits, int token) {
        request.topLogprobs().ifPresent(top -> logprobs.add(TokenLogprobs.of(logits, token, top)));
    }

    private void append(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * length);
        }
        tokens[length++] = token;
    }

    private void finish(FinishReason reason) {
        text.append(stops.push(detokenizer.finish()));
        finishReason = stops.matched() ? FinishReason.STOP : reason;
        text.append(stops.finish());
    }

    /** @return text that has become final since the last call */
    public String drainText() {
        String drained = text.toString();
        text.setLength(0);
        return drained;
    }

    /**
     * @return logprobs of output tokens since the last call, those given included and one that ended the sequence not;
     *     none if they were not asked for
     */
    public List<TokenLogprobs> drainLogprobs() {
        List<TokenLogprobs> drained = List.copyOf(logprobs);
        logprobs.clear();
        return drained;
    }

    /** @return why it ended; empty while it goes on */
    public Optional<FinishReason> finishReason() {
        return Optional.ofNullable(finishReason);
    }

    /** @return whether prompt or given output are still to be run, so that the next step may give no token */
    public boolean prefilling() {
        return prefillTokens() > 0;
    }

    /** @return tokens that are to be run before one is chosen; none if the newest is the only one */
    public int prefillTokens() {
        int left = length - slot.length();
        return left == 1 ? 0 : left;
    }

    /** @return tokens of the prompt */
    public int promptTokens() {
        return request.promptLength();
    }

    /** @return tokens of the prompt whose keys and values were in the slot already */
    public int cachedTokens() {
        return cachedTokens;
    }

    /** @return output tokens, those given and one that ended the sequence included */
    public int completionTokens() {
        return length - request.promptLength();
    }
}
