/** Asks the teacher for the beginning of an answer, and makes what it says fit to be continued. */
package io.gkt.student.guidance;
