package io.gkt.benchmark.soak;

/** Something that must not happen, whatever goes wrong. */
final class BrokenPromise extends RuntimeException {

    BrokenPromise(String what) {
        super(what, null, false, false);
    }
}
