/** Runs a model against outputs that a reference implementation made. */
package io.gkt.inference.verification;
