package io.gkt.student;

import io.gkt.demo.DemoModels;
import io.gkt.inference.LanguageModel;
import io.gkt.inference.RemoteModel;
import io.gkt.inference.decoder.Precision;
import io.gkt.service.Backend;
import io.gkt.service.ModelSettings;
import io.gkt.service.StartException;
import io.gkt.service.upstream.PromptForm;
import io.gkt.service.upstream.UpstreamSettings;
import io.gkt.student.guidance.GuidanceMode;
import io.gkt.student.guidance.GuidanceText;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the edge, {@code gkt.student.*}.
 *
 * @param backend                  what generates: {@code engine}, the model in this process; {@code openai}, another
 *                                 server
 * @param openai                   that server
 * @param model                    a Hugging Face model directory; unset takes the embedded demo model. Of a model
 *                                 that another server runs only the tokenizer's files are read
 * @param precision                number format of the model's matrices in memory: {@code float32}, {@code bfloat16},
 *                                 {@code float16} or {@code int8}
 * @param contextLength            longest prompt and answer together, in tokens; unset takes the model's own, at most
 *                                 4096
 * @param kvCacheLimit             most memory that the KV cache may take
 * @param threads                  threads that compute; unset it is {@code OMP_NUM_THREADS}, or else one for each core, or
 *                                 half of the cores if the teacher is on this machine
 * @param maxConcurrentGenerations answers made at the same time
 * @param maxStepTokens            most tokens of a prompt that one step computes
 * @param queueCapacity            requests that may wait for their turn; more are refused with 429
 * @param requestTimeout           after which an answer is given up
 * @param teacher                  who guides
 * @param guidance                 what holds where requests say nothing of guidance
 */
@Validated
@ConfigurationProperties(prefix = StudentSettings.PREFIX, ignoreUnknownFields = false)
public record StudentSettings(
        @NotNull @DefaultValue("engine") Backend backend,
        @NestedConfigurationProperty @Valid @DefaultValue UpstreamSettings openai,
        Path model,
        @NotNull @DefaultValue("float32") Precision precision,
        @Min(1) Integer contextLength,
        @NotNull @DefaultValue("2GB") DataSize kvCacheLimit,
        @Min(1) @Max(1024) Integer threads,
        @Min(1) @Max(1024) @DefaultValue("4") int maxConcurrentGenerations,
        @Min(1) @DefaultValue("256") int maxStepTokens,
        @Min(0) @DefaultValue("64") int queueCapacity,
        @DurationMin(millis = 1) @DefaultValue("120s") Duration requestTimeout,
        @Valid @DefaultValue Teacher teacher,
        @Valid @DefaultValue Guidance guidance) {

    static final String PREFIX = "gkt.student";

    private static final int UPSTREAM_CONTEXT_LENGTH = 4096;

    /** Throws {@link io.gkt.service.StartException} if the model can't be used as the settings say. */
    void checkModel() {
        if (backend == Backend.OPENAI) {
            openai.check(PREFIX);
            if (openai.promptAs() == PromptForm.MESSAGES) {
                throw new StartException(
                        "gkt.student.openai.prompt-as is messages, but the student goes on with text.",
                        "Set it to tokens or text.");
            }
            remoteModel().close();
            return;
        }
        modelSettings(contextLength).check(maxConcurrentGenerations, DemoModels::student);
    }

    LanguageModel loadModel() {
        return modelSettings(contextLength).load(maxConcurrentGenerations, DemoModels::student);
    }

    /** What the other server runs. */
    RemoteModel remoteModel() {
        return modelSettings(upstreamContextLength()).remote(openai.model());
    }

    int upstreamContextLength() {
        return contextLength == null ? UPSTREAM_CONTEXT_LENGTH : contextLength;
    }

    private ModelSettings modelSettings(Integer length) {
        return new ModelSettings(PREFIX, model, precision, length, kvCacheLimit, threads, teacher.isHere());
    }

    /**
     * The teacher.
     *
     * @param url            where cloud-teacher listens, such as {@code http://teacher:8090}; several, separated by
     *                       commas, take turns and stand in for one another; unset is no teacher
     * @param connectTimeout longest wait for a connection
     * @param apiKey         what the teacher knows this edge by; unset sends none
     * @param sslBundle      name of the {@code spring.ssl.bundle} with the certificates that the teacher is trusted by, and
     *                       this edge's own if the teacher asks for one; unset trusts what Java trusts
     */
    public record Teacher(
            List<URI> url,
            @DurationMin(millis = 1) @DefaultValue("1s") Duration connectTimeout,
            String apiKey,
            String sslBundle) {

        /** No URL is an empty list. */
        public Teacher {
            url = url == null ? List.of() : List.copyOf(url);
        }

        /** Whether a URL names this machine; other names are not looked up. */
        boolean isHere() {
            return url.stream()
                    .anyMatch(each -> each.getHost() != null && each.getHost().matches("localhost|127\\..*|\\[::1]"));
        }
    }

    /**
     * What holds where requests say nothing of guidance.
     *
     * @param mode      {@code auto}: the teacher begins; {@code off}: the student alone; {@code only}: the teacher alone
     * @param maxTokens most tokens that the teacher writes
     * @param timeout   longest wait for the teacher
     * @param boundary  {@code word}: guidance ends after a whole word; {@code token}: where the teacher's tokens end
     */
    public record Guidance(
            @DefaultValue("auto") GuidanceMode mode,
            @Min(1) @Max(4096) @DefaultValue("40") int maxTokens,
            @DurationMin(millis = 1) @DefaultValue("5s") Duration timeout,
            @DefaultValue("word") GuidanceText.Boundary boundary) {}
}
