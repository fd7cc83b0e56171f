package io.gkt.inference.decoder;

import ai.djl.pytorch.jni.JniUtils;

/** How many threads libtorch computes with. */
public final class MathThreads {

    /** DJL's name; it reads it when it loads libtorch. */
    private static final String COUNT = "ai.djl.pytorch.num_threads";

    private MathThreads() {}

    /**
     * Says how many threads compute the steps of decoders that are loaded from now on. Unset, it is one for each core
     * that this process may use, or fewer if {@code OMP_NUM_THREADS} says so.
     *
     * @param count at least 1
     */
    public static void set(int count) {
        System.setProperty(COUNT, String.valueOf(count));
    }

    /** Lets the calling thread compute with as many, as OpenMP counts by thread; returns how many they are. */
    static int apply() {
        // libtorch looks at the machine, Java also at the container's limit.
        int unset = Math.min(JniUtils.getNumThreads(), Runtime.getRuntime().availableProcessors());
        JniUtils.setNumThreads(Integer.getInteger(COUNT, unset));
        return JniUtils.getNumThreads();
    }
}
