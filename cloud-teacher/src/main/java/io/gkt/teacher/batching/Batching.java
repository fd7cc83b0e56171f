package io.gkt.teacher.batching;

/** When requests that wait may run. */
public enum Batching {
    /** From the next step on, if there is a place; each leaves as soon as it is done. */
    CONTINUOUS,
    /** When all requests of the batch before are done. Those of a batch begin together and leave together. */
    STATIC
}
