/** What both services share: OpenAI's error bodies, strict JSON, limits on requests, and loading a model at start. */
package io.gkt.service;
