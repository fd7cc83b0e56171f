/** The page at {@code /}: what it must know of this edge, and what browsers may do with it. */
package io.gkt.student.playground;
