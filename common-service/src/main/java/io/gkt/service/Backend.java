package io.gkt.service;

/** What generates a service's text. */
public enum Backend {
    /** The model runs in this process. */
    ENGINE,
    /** A server with OpenAI's API runs it. */
    OPENAI
}
