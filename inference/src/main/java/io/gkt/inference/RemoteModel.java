package io.gkt.inference;

import io.gkt.inference.chat.ChatTemplate;
import io.gkt.inference.checkpoint.CheckpointException;
import io.gkt.inference.jinja.TemplateException;
import io.gkt.inference.sampling.SamplingDefaults;
import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.inference.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;

/** A model that another server runs: what its directory says of how to talk to it. Thread-safe. */
public final class RemoteModel implements TextModel {

    private final String name;
    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> chatTemplate;
    private final SamplingParameters defaultSampling;
    private final String fingerprint;
    private final Integer contextLength;

    private RemoteModel(String name, Path directory, Tokenizer tokenizer, Integer contextLength) {
        this.name = name;
        this.tokenizer = tokenizer;
        this.chatTemplate = ChatTemplate.load(directory);
        this.defaultSampling = SamplingDefaults.read(directory);
        this.fingerprint = ModelFingerprint.of(directory);
        this.contextLength = contextLength;
    }

    /**
     * Reads what a Hugging Face model directory says besides its weights, which need not be there.
     *
     * @param name      what clients call the model
     * @param directory {@code tokenizer.json} and, where it has them, {@code tokenizer_config.json},
     *                  {@code chat_template.jinja}, {@code generation_config.json}
     * @param contextLength longest sequence in tokens; null if it is not known here
     * @return the model
     * @throws CheckpointException if something in the directory is missing or corrupt
     */
    public static RemoteModel load(String name, Path directory, Integer contextLength) {
        Tokenizer tokenizer = Tokenizer.load(directory);
        try {
            return new RemoteModel(name, directory, tokenizer, contextLength);
        } catch (TemplateException e) {
            tokenizer.close();
            throw new CheckpointException("the chat template in " + directory + " can't be used: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public Optional<ChatTemplate> chatTemplate() {
        return chatTemplate;
    }

    @Override
    public SamplingParameters defaultSampling() {
        return defaultSampling;
    }

    @Override
    public int vocabularySize() {
        return tokenizer.vocabularySize();
    }

    @Override
    public Integer contextLength() {
        return contextLength;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
