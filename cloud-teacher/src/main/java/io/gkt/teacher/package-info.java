/** The cloud's service: begins answers that edges finish. Its settings and its wiring. */
package io.gkt.teacher;
