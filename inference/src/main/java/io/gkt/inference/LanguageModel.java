package io.gkt.inference;

import io.gkt.inference.chat.ChatTemplate;
import io.gkt.inference.checkpoint.CheckpointException;
import io.gkt.inference.checkpoint.ModelConfig;
import io.gkt.inference.decoder.Decoder;
import io.gkt.inference.decoder.Precision;
import io.gkt.inference.jinja.TemplateException;
import io.gkt.inference.sampling.SamplingDefaults;
import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.inference.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** A model with all that is needed to talk to it. Thread-safe. */
public final class LanguageModel implements TextModel {

    private final String name;
    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> chatTemplate;
    private final SamplingParameters defaultSampling;
    private final Decoder decoder;
    private final String fingerprint;

    private LanguageModel(
            String name,
            Tokenizer tokenizer,
            Optional<ChatTemplate> chatTemplate,
            SamplingParameters defaultSampling,
            Decoder decoder,
            String fingerprint) {
        this.name = name;
        this.tokenizer = tokenizer;
        this.chatTemplate = chatTemplate;
        this.defaultSampling = defaultSampling;
        this.decoder = decoder;
        this.fingerprint = fingerprint;
    }

    /**
     * Loads a Hugging Face model directory.
     *
     * @param directory     {@code config.json}, {@code *.safetensors}, {@code tokenizer.json} and, where it has them,
     *                      {@code generation_config.json}, {@code tokenizer_config.json}, {@code chat_template.jinja}
     * @param precision     number format of its matrices in memory
     * @param slots         sequences whose keys and values are held at once
     * @param contextLength longest sequence in tokens
     * @return the model, ready
     * @throws CheckpointException if something in the directory is missing, corrupt or unsupported
     */
    public static LanguageModel load(Path directory, Precision precision, int slots, int contextLength) {
        ModelConfig config = ModelConfig.read(directory);
        Tokenizer tokenizer = Tokenizer.load(directory);
        try {
            if (tokenizer.vocabularySize() > config.vocabularySize()) {
                throw new CheckpointException(directory + ": tokenizer.json has " + tokenizer.vocabularySize()
                        + " tokens, but config.json says vocab_size " + config.vocabularySize()
                        + ": they belong to different models");
            }
            Optional<ChatTemplate> chatTemplate = ChatTemplate.load(directory);
            SamplingParameters defaultSampling = SamplingDefaults.read(directory);
            String fingerprint = ModelFingerprint.of(directory);
            return new LanguageModel(
                    directory.toAbsolutePath().normalize().getFileName().toString(),
                    tokenizer,
                    chatTemplate,
                    defaultSampling,
                    Decoder.load(directory, config, precision, slots, contextLength),
                    fingerprint);
        } catch (TemplateException e) {
            tokenizer.close();
            throw new CheckpointException("the chat template in " + directory + " can't be used: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** @return the directory's name */
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

    /** @return as many as the model has rows for: more than the tokenizer knows, where they are padded */
    @Override
    public int vocabularySize() {
        return decoder.config().vocabularySize();
    }

    @Override
    public Integer contextLength() {
        return decoder.contextLength();
    }

    /** @return weights, KV cache and steps */
    public Decoder decoder() {
        return decoder;
    }

    /** @return token ids that end a sequence */
    public Set<Integer> endOfSequence() {
        return decoder.config().endOfSequence();
    }

    /** Finishes running steps and frees all native memory. */
    @Override
    public void close() {
        decoder.close();
        tokenizer.close();
    }
}
