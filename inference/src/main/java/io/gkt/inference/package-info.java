/** One language model in this process, from a Hugging Face directory. Knows nothing of Spring or HTTP. */
package io.gkt.inference;
