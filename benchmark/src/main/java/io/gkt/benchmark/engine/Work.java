package io.gkt.benchmark.engine;

import io.gkt.inference.checkpoint.ModelConfig;

/**
 * What the steps of a model cost at least.
 *
 * @param blockWeights  numbers in the matrices of all blocks
 * @param headWeights   numbers in the output head
 * @param cachedNumbers keys and values of one token
 */
record Work(long blockWeights, long headWeights, long cachedNumbers) {

    static Work of(ModelConfig config) {
        long queries = (long) config.heads() * config.headSize();
        long keys = (long) config.keyValueHeads() * config.headSize();
        long block = config.hiddenSize() * (2 * queries + 2 * keys + 3L * config.intermediateSize());
        return new Work(
                config.layers() * block,
                (long) config.vocabularySize() * config.hiddenSize(),
                2 * config.layers() * keys);
    }

    /**
     * Highest rate that reading and multiplying allow, if neither ever waits for the other. Each step reads all
     * matrices and the keys and values held, and multiplies each new token with the blocks and each row's last one with
     * the head.
     *
     * @param workload            the step
     * @param bytesPerWeight      of the matrices
     * @param bytesPerCached      of a number in the KV cache
     * @param bytesPerSecond      of main memory
     * @param operationsPerSecond of matrix products
     * @return tokens a second
     */
    double bound(
            Workload workload,
            double bytesPerWeight,
            double bytesPerCached,
            double bytesPerSecond,
            double operationsPerSecond) {
        double bytes = bytesPerWeight * (blockWeights + headWeights)
                + bytesPerCached * cachedNumbers * workload.rows() * workload.held();
        double operations = 2.0 * workload.rows() * (blockWeights * workload.tokens() + headWeights);
        return workload.tokensPerStep() / Math.max(bytes / bytesPerSecond, operations / operationsPerSecond);
    }
}
