/** The decoder: one TorchScript program, the weights of one model, and the KV cache that its steps write in place. */
package io.gkt.inference.decoder;
