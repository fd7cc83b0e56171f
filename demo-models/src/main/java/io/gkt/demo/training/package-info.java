/**
 * Trains the demo models with the program that also runs them, and measures what guidance does for the student.
 */
package io.gkt.demo.training;
