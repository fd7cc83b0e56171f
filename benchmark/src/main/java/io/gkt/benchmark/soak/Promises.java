package io.gkt.benchmark.soak;

import java.io.PrintWriter;

/** Counts promises that were broken, and tells the console of the first ones. Thread-safe. */
final class Promises {

    private static final int TOLD = 100;

    private final PrintWriter console;
    private int broken;
    private boolean over;

    Promises(PrintWriter console) {
        this.console = console;
    }

    synchronized void broken(String what) {
        if (!over && ++broken <= TOLD) {
            console.println("BROKEN: " + what);
        }
    }

    /** From now on nothing counts: the services are being ended from outside. */
    synchronized void over() {
        over = true;
    }

    synchronized boolean areOver() {
        return over;
    }

    synchronized int count() {
        return broken;
    }
}
