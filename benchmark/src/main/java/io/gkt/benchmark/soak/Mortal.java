package io.gkt.benchmark.soak;

import io.gkt.benchmark.process.ServiceProcess;
import java.io.IOException;

/** A service that dies and lives again, on another port each time. */
final class Mortal implements AutoCloseable {

    /** How a life begins. */
    interface Birth {
        ServiceProcess start() throws IOException, InterruptedException;
    }

    private final Birth birth;
    private volatile ServiceProcess process;
    /** Goes up with each death and each birth: odd while it is dead. */
    private volatile int changes;

    Mortal(Birth birth) throws IOException, InterruptedException {
        this.birth = birth;
        this.process = birth.start();
    }

    /** The process that runs, or ran last. */
    ServiceProcess process() {
        return process;
    }

    /** To be kept for {@link #diedSince}. */
    int now() {
        return changes;
    }

    /** Whether it was dead at any time since. */
    boolean diedSince(int then) {
        return (then & 1) == 1 || changes != then;
    }

    /** Which life it is, from 0. */
    int life() {
        return changes / 2;
    }

    void kill() throws InterruptedException {
        changes++;
        process.kill();
    }

    /** Returns the exit code. */
    int terminate() throws InterruptedException {
        changes++;
        return process.terminate();
    }

    void revive() throws IOException, InterruptedException {
        process = birth.start();
        changes++;
    }

    @Override
    public void close() {
        process.close();
    }
}
