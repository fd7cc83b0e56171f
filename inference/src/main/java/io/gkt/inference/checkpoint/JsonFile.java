package io.gkt.inference.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the JSON of model directories, which strangers may have made. */
public final class JsonFile {

    /** The largest vocabularies take 35 MB. */
    private static final int MAX_BYTES = 64 << 20;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private JsonFile() {}

    /**
     * @param file of a model directory
     * @return its content, an object; an empty one if there is no such file
     * @throws CheckpointException if it can't be read, is no JSON object, or is too large
     */
    public static JsonNode read(Path file) {
        return Files.isRegularFile(file) ? parse(bytes(file), file.toString()) : JSON.createObjectNode();
    }

    /**
     * @param file of a model directory
     * @return its content
     * @throws CheckpointException if it can't be read or is too large
     */
    public static byte[] bytes(Path file) {
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new CheckpointException(
                        file + " has " + (size >> 20) + " MB; at most " + (MAX_BYTES >> 20) + " MB are read");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new CheckpointException("can't read " + file + ": " + e, e);
        }
    }

    /**
     * @param json an object
     * @param name of what it was read from, for messages
     * @return it
     * @throws CheckpointException if it is no JSON object, or nests too deeply
     */
    public static JsonNode parse(byte[] json, String name) {
        try {
            JsonNode root = JSON.readTree(json);
            if (!root.isObject()) {
                throw new CheckpointException(name + " is not a JSON object");
            }
            return root;
        } catch (JacksonException e) {
            throw new CheckpointException(name + " is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }
}
