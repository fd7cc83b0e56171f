package io.gkt.teacher;

import io.gkt.demo.DemoModels;
import io.gkt.inference.LanguageModel;
import io.gkt.inference.RemoteModel;
import io.gkt.inference.decoder.Precision;
import io.gkt.service.Backend;
import io.gkt.service.ModelSettings;
import io.gkt.service.upstream.PromptForm;
import io.gkt.service.upstream.UpstreamSettings;
import io.gkt.teacher.batching.Batching;
import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.nio.file.Path;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the teacher, {@code gkt.teacher.*}.
 *
 * @param backend         what generates: {@code engine}, the model in this process; {@code openai}, another server
 * @param openai          that server
 * @param model           a Hugging Face model directory; unset takes the embedded demo model. Of a model that
 *                        another server runs only the tokenizer's files are read
 * @param precision       number format of the model's matrices in memory: {@code float32}, {@code bfloat16},
 *                        {@code float16} or {@code int8}
 * @param contextLength   longest prompt and answer together, in tokens; unset takes the model's own, at most 4096
 * @param kvCacheLimit    most memory that the KV cache may take
 * @param threads         threads that compute; unset it is {@code OMP_NUM_THREADS}, or else one for each core, or half of
 *                        the cores if the teacher can only be reached from its own machine
 * @param batching        when requests that wait may run: {@code continuous}, with the next step; {@code static}, when
 *                        the batch before is done
 * @param maxBatchSize    most requests that run at once
 * @param maxBatchDelay   longest time that an idle teacher waits for company, counted from the oldest request; who
 *                        comes later joins with the next step anyway, unless batches are static
 * @param maxStepTokens   most new tokens that one step computes, of prompts and answers; at least max-batch-size
 * @param queueCapacity   most requests that wait; more are refused
 * @param maxTokens       most tokens of an answer, and what a request gets that does not say
 * @param defaultDeadline time for requests that don't bring a deadline
 */
@Validated
@ConfigurationProperties(prefix = TeacherSettings.PREFIX, ignoreUnknownFields = false)
public record TeacherSettings(
        @NotNull @DefaultValue("engine") Backend backend,
        @NestedConfigurationProperty @Valid @DefaultValue UpstreamSettings openai,
        Path model,
        @NotNull @DefaultValue("float32") Precision precision,
        @Min(1) Integer contextLength,
        @NotNull @DefaultValue("2GB") DataSize kvCacheLimit,
        @Min(1) @Max(1024) Integer threads,
        @NotNull @DefaultValue("continuous") Batching batching,
        @Min(1) @Max(1024) @DefaultValue("16") int maxBatchSize,

        @NotNull @DurationMin @DurationMax(seconds = 10) @DefaultValue("0ms")
        Duration maxBatchDelay,

        @Min(1) @DefaultValue("256") int maxStepTokens,
        @Min(1) @Max(100_000) @DefaultValue("256") int queueCapacity,
        @Min(1) @DefaultValue("1024") int maxTokens,

        @NotNull @DurationMin(millis = 1) @DurationMax(hours = 1) @DefaultValue("60s")
        Duration defaultDeadline) {

    /** Of the settings' names. */
    public static final String PREFIX = "gkt.teacher";

    /** @return whether each request of a full batch gets its next token with each step */
    @AssertTrue(message = "max-step-tokens must be at least max-batch-size") boolean isStepLargeEnough() {
        return maxStepTokens >= maxBatchSize;
    }

    /** Throws {@link io.gkt.service.StartException} if the model can't be used as the settings say. */
    void checkModel() {
        if (backend == Backend.OPENAI) {
            openai.check(PREFIX);
            if (openai.promptAs() != PromptForm.MESSAGES) {
                remoteModel().close();
            }
            return;
        }
        modelSettings(false).check(maxBatchSize, DemoModels::teacher);
    }

    /**
     * @param shared whether the student runs on this machine, too
     * @return the model in this process
     */
    public LanguageModel loadModel(boolean shared) {
        return modelSettings(shared).load(maxBatchSize, DemoModels::teacher);
    }

    /** @return how to talk to what the other server runs */
    public RemoteModel remoteModel() {
        return modelSettings(false).remote(openai.model());
    }

    private ModelSettings modelSettings(boolean shared) {
        return new ModelSettings(PREFIX, model, precision, contextLength, kvCacheLimit, threads, shared);
    }
}
