package io.gkt.evaluation.accuracy;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file with a JSON value on each line, which grows line by line: whenever the process ends, all lines but perhaps the
 * last are whole.
 */
final class JsonLines implements Closeable {

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private final FileChannel file;

    private JsonLines(FileChannel file) {
        this.file = file;
    }

    /**
     * @param path where
     * @param type of each line
     * @throws IOException if there is no such file, or a line is no such value; the message says which
     */
    static <T> List<T> read(Path path, Class<T> type) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(path);
        } catch (NoSuchFileException e) {
            throw new IOException(path + " is missing", e);
        }
        List<T> values = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).isBlank()) {
                continue;
            }
            try {
                values.add(JSON.readValue(lines.get(i), type));
            } catch (JacksonException e) {
                throw new IOException(path + ", line " + (i + 1) + " can't be read: " + e.getOriginalMessage(), e);
            }
        }
        return values;
    }

    /** Opens a file to go on with: what is left of a line that was not finished is removed. */
    static JsonLines append(Path path) throws IOException {
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        long end = Files.size(path);
        ByteBuffer last = ByteBuffer.allocate(1);
        while (end > 0 && file.read(last.clear(), end - 1) == 1 && last.get(0) != '\n') {
            end--;
        }
        file.truncate(end).position(end);
        return new JsonLines(file);
    }

    /** Appends a value; it is in the file when this returns. */
    void add(Object value) throws IOException {
        ByteBuffer line = ByteBuffer.wrap((JSON.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8));
        while (line.hasRemaining()) {
            file.write(line);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
