package io.gkt.benchmark.gkt;

import java.util.function.LongConsumer;

/**
 * A request to the simulated teacher. One of the last four is told its end, once.
 *
 * @param tokens     wanted
 * @param deadline   after which it is given up, nanoseconds
 * @param onFirst    told when the first token is there
 * @param onFinished told when the last is there
 * @param onFull     told at once that the queue is full, and nanoseconds after which to try again
 * @param onShed     told that it can't be done in time
 * @param onExpired  told that the deadline has passed
 */
record Ask(
        int tokens,
        long deadline,
        Runnable onFirst,
        Runnable onFinished,
        LongConsumer onFull,
        Runnable onShed,
        Runnable onExpired) {}
