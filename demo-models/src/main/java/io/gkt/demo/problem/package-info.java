/**
 * The word problems that the demo models are trained and measured on: an endless seeded stream, split into training and
 * held-out problems that share neither an expression nor a pair of person and thing.
 */
package io.gkt.demo.problem;
