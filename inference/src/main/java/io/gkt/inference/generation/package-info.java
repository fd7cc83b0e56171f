/** Generates one answer: what to run next, which token follows, what text is final, and when it ends. */
package io.gkt.inference.generation;
