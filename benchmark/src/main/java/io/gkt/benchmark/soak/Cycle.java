package io.gkt.benchmark.soak;

/**
 * What happened from one sample to the next.
 *
 * @param trouble     what went wrong
 * @param during      what became of those who came meanwhile
 * @param after       and of those who came once it was over
 * @param minutes     when the samples were taken, since the beginning
 * @param teacher     sample
 * @param teacherLife which life of the teacher's
 * @param edge        sample
 * @param edgeLife    which life of the edge's
 * @param underWay    requests that either service still had, with no client left
 */
record Cycle(
        Trouble trouble,
        Tally during,
        Tally after,
        double minutes,
        Footprint teacher,
        int teacherLife,
        Footprint edge,
        int edgeLife,
        double underWay) {}
