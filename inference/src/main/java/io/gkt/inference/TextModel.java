package io.gkt.inference;

import io.gkt.inference.chat.ChatTemplate;
import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.inference.tokenizer.Tokenizer;
import java.util.Optional;

/** What is to be known of a model to talk to it, wherever its weights are. Thread-safe. */
public interface TextModel extends AutoCloseable {

    /** @return what clients call it */
    String name();

    /** @return hexadecimal digits that differ where the model's files do */
    String fingerprint();

    /** @return the tokenizer */
    Tokenizer tokenizer();

    /** @return how chats are written for this model; empty if it was not made for chats */
    Optional<ChatTemplate> chatTemplate();

    /** @return how its makers mean it to be sampled */
    SamplingParameters defaultSampling();

    /** @return token ids are below this */
    int vocabularySize();

    /** @return longest sequence in tokens; null if only who runs the model knows */
    Integer contextLength();

    /** Frees all native memory. */
    @Override
    void close();
}
