package io.gkt.evaluation.accuracy;

/**
 * What is known of the two models; nulls are not known.
 *
 * @param teacherParameters number of the teacher's weights
 * @param studentParameters number of the student's weights
 * @param teacherPrice      price of a million tokens, read or decoded, of the teacher
 * @param studentPrice      price of a million tokens, read or decoded, of the student
 */
public record ModelFacts(Long teacherParameters, Long studentParameters, Double teacherPrice, Double studentPrice) {

    private static final double FLOPS_PER_PARAMETER_AND_TOKEN = 2;
    private static final double TOKENS_PER_PRICE = 1e6;

    Double teacherFlops(long tokens) {
        return flops(teacherParameters, tokens);
    }

    Double studentFlops(long tokens) {
        return flops(studentParameters, tokens);
    }

    /** What the tokens cost, as far as prices are known; null if none is. */
    Double cost(long teacherTokens, long studentTokens) {
        if (teacherPrice == null && studentPrice == null) {
            return null;
        }
        return (price(teacherPrice) * teacherTokens + price(studentPrice) * studentTokens) / TOKENS_PER_PRICE;
    }

    private static double price(Double price) {
        return price == null ? 0 : price;
    }

    /**
     * Multiplications and additions of the weights, the usual estimate for decoders (Kaplan et al. 2020, section 2.1):
     * attention is left out, and tokens found in a KV cache are counted as if they had been run.
     */
    private static Double flops(Long parameters, long tokens) {
        return parameters == null ? null : FLOPS_PER_PARAMETER_AND_TOKEN * parameters * tokens;
    }
}
