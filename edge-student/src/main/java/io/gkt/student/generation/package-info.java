/** Finishes answers: admission, the hand-over from the teacher's text to the student's tokens, local generation. */
package io.gkt.student.generation;
