/** Text to tokens and back over HTTP, as vLLM and llama.cpp have it. */
package io.gkt.service.tokens;
