/** Chooses the next token from logits, with each user's own parameters. */
package io.gkt.inference.sampling;
