package io.gkt.service;

import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.protocol.Sampling;
import java.util.Optional;
import java.util.OptionalLong;

/** Says in the model's terms what a request says in the wire's. */
public final class ModelInputs {

    private ModelInputs() {}

    /**
     * @param sampling a request's wishes; null is none
     * @param defaults what holds where it has no wish
     * @return both together
     */
    public static SamplingParameters sampling(Sampling sampling, SamplingParameters defaults) {
        Sampling wish = Optional.ofNullable(sampling).orElse(Sampling.UNSET);
        return new SamplingParameters(
                or(wish.temperature(), defaults.temperature()),
                or(wish.topK(), defaults.topK()),
                or(wish.topP(), defaults.topP()),
                or(wish.minP(), defaults.minP()),
                or(wish.repetitionPenalty(), defaults.repetitionPenalty()),
                or(wish.presencePenalty(), defaults.presencePenalty()),
                or(wish.frequencyPenalty(), defaults.frequencyPenalty()),
                defaults.logitBias(),
                or(wish.minTokens(), defaults.minTokens()),
                wish.seed() == null ? defaults.seed() : OptionalLong.of(wish.seed()));
    }

    private static <T> T or(T wish, T otherwise) {
        return wish == null ? otherwise : wish;
    }
}
