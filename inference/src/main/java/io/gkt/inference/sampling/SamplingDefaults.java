package io.gkt.inference.sampling;

import io.gkt.inference.checkpoint.CheckpointException;
import io.gkt.inference.checkpoint.JsonFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** How a model's makers mean it to be sampled. */
public final class SamplingDefaults {

    private SamplingDefaults() {}

    /**
     * Reads {@code generation_config.json}; what it does not say is neutral, temperature 1. A {@code do_sample} of
     * false means temperature 0.
     *
     * @param directory a Hugging Face model directory
     * @return its defaults
     * @throws CheckpointException if the file is there but malformed, or a value is out of range
     */
    public static SamplingParameters read(Path directory) {
        Path file = directory.resolve("generation_config.json");
        JsonNode config = JsonFile.read(file);
        try {
            return new SamplingParameters(
                    config.path("do_sample").asBoolean(true)
                            ? config.path("temperature").asDouble(1)
                            : 0,
                    config.path("top_k").asInt(0),
                    config.path("top_p").asDouble(1),
                    config.path("min_p").asDouble(0),
                    config.path("repetition_penalty").asDouble(1),
                    0,
                    0,
                    Map.of(),
                    0,
                    OptionalLong.empty());
        } catch (JacksonException e) {
            throw new CheckpointException(file + " has a value of the wrong type: " + e.getOriginalMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file + ": " + e.getMessage(), e);
        }
    }
}
