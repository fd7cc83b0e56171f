package io.gkt.benchmark.soak;

/** What becomes of a request. */
enum Fate {
    /** Answered with the teacher's help. */
    GUIDED,
    /** Answered by the student alone, though help was asked for. */
    ALONE,
    /** Answered otherwise: by the student without asking for help, or by the teacher. */
    ANSWERED,
    /** 429 or 503. */
    REFUSED,
    /** An error that is neither: time was up, or the teacher broke off what it was to answer alone. */
    FAILED,
    /** A bad request, refused as such. */
    REJECTED,
    /** The client has gone. */
    LEFT,
    /** The process that was to answer was killed. */
    CUT,
    /** No answer, but the clients themselves stood still meanwhile: the machine was too busy to tell. */
    UNTOLD,
    /** Anything else. */
    BROKEN
}
