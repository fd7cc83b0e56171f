/**
 * Requests that nobody would send, made from the description that each running service serves, and what must be true of
 * the answers.
 */
package io.gkt.fuzz;
