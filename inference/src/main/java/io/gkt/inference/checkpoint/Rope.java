package io.gkt.inference.checkpoint;

/**
 * Rotary position embedding (Su et al., RoFormer, arXiv 2104.09864) and how it is stretched to longer contexts.
 *
 * @param theta   base of the geometric series of wavelengths
 * @param scaling how the frequencies differ from the plain series
 */
public record Rope(double theta, Scaling scaling) {

    /** A change to the frequencies of {@link Rope}. */
    public sealed interface Scaling {}

    /** The plain series. */
    public record Unscaled() implements Scaling {}

    /**
     * Every frequency divided by the same factor (position interpolation, Chen et al., arXiv 2306.15595).
     *
     * @param factor how many times longer the context has become
     */
    public record Linear(double factor) implements Scaling {}

    /**
     * Llama 3.1's: long wavelengths are stretched, short ones kept, those between blended.
     *
     * @param factor          how much the longest wavelengths are stretched
     * @param lowFrequency    wavelengths above {@code originalContext / lowFrequency} are stretched in full
     * @param highFrequency   wavelengths below {@code originalContext / highFrequency} are kept
     * @param originalContext tokens of context before stretching
     */
    public record Llama3(double factor, double lowFrequency, double highFrequency, int originalContext)
            implements Scaling {}

    /**
     * The angle by which each pair of a head's components turns per position.
     *
     * @param headSize components of a head, even
     * @return {@code headSize / 2} angles in radians
     */
    public double[] frequencies(int headSize) {
        double[] frequencies = new double[headSize / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = scaled(Math.pow(theta, -2.0 * i / headSize));
        }
        return frequencies;
    }

    private double scaled(double frequency) {
        if (scaling instanceof Linear linear) {
            return frequency / linear.factor;
        }
        if (scaling instanceof Llama3 llama3) {
            double turns = llama3.originalContext * frequency / (2 * Math.PI);
            double kept = (turns - llama3.lowFrequency) / (llama3.highFrequency - llama3.lowFrequency);
            double blend = Math.max(0, Math.min(1, kept));
            return blend * frequency + (1 - blend) * frequency / llama3.factor;
        }
        return frequency;
    }
}
