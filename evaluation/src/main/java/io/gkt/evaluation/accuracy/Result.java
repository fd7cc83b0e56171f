package io.gkt.evaluation.accuracy;

/** A line of a file of results: what became of one example. */
interface Result {

    /** The example's. */
    String id();

    /** The example's. */
    String question();
}
