package io.gkt.student.generation;

import java.time.Duration;

/**
 * Who waits for an answer.
 *
 * @param name     whose turn it is: requests of different names take turns
 * @param patience longest time for the whole answer; it is given up then
 */
public record Client(String name, Duration patience) {}
