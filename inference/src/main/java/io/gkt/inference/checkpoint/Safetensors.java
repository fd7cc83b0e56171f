package io.gkt.inference.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tensors of a model directory: one {@code model.safetensors}, or the shards that
 * {@code model.safetensors.index.json} names. Headers are read and checked at opening; tensor data is
 * memory-mapped or read when asked for. Format: <a href="https://huggingface.co/docs/safetensors">safetensors</a>.
 */
public final class Safetensors {

    /** More than 50,000 tensors in one file; the largest models have some thousand. */
    private static final int MAX_HEADER_BYTES = 8 << 20;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path directory;
    private final Map<String, Entry> entries;

    private Safetensors(Path directory, Map<String, Entry> entries) {
        this.directory = directory;
        this.entries = entries;
    }

    /** Number formats that are understood, with their size in bytes. */
    public enum Type {
        /** IEEE single precision. */
        F32(4),
        /** IEEE half precision. */
        F16(2),
        /** The upper half of a single. */
        BF16(2);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        /** @return size of a number */
        public int bytes() {
            return bytes;
        }
    }

    /**
     * One tensor.
     *
     * @param type  number format
     * @param shape its dimensions
     * @param data  little-endian numbers, row-major, mapped read-only from the file
     */
    public record Tensor(Type type, long[] shape, ByteBuffer data) {}

    private record Entry(Path file, Type type, long[] shape, long offset, long length) {}

    /**
     * Writes tensors into one file.
     *
     * @param file    replaced if it exists; its directory must exist
     * @param tensors by name
     * @throws IOException if it can't be written
     */
    public static void write(Path file, SortedMap<String, Tensor> tensors) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        long offset = 0;
        for (Map.Entry<String, Tensor> named : tensors.entrySet()) {
            Tensor tensor = named.getValue();
            ObjectNode description = header.putObject(named.getKey());
            description.put("dtype", tensor.type.name());
            Arrays.stream(tensor.shape).forEach(description.putArray("shape")::add);
            long end = offset + tensor.data.remaining();
            description.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = JSON.writeValueAsBytes(header);
        ByteBuffer length =
                ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, json.length);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            writeFully(channel, length);
            writeFully(channel, ByteBuffer.wrap(json));
            for (Tensor tensor : tensors.values()) {
                writeFully(channel, tensor.data.duplicate());
            }
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /**
     * Opens the weights of a directory and checks their headers.
     *
     * @param directory a Hugging Face model directory
     * @return its tensors
     * @throws CheckpointException if there are none, or a file is truncated or inconsistent
     */
    public static Safetensors open(Path directory) {
        Map<String, Entry> entries = new HashMap<>();
        for (Path file : files(directory)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                readHeader(file, channel, entries);
            } catch (IOException e) {
                throw new CheckpointException("can't read " + file + ": " + e.getMessage(), e);
            }
        }
        return new Safetensors(directory, entries);
    }

    private static Set<Path> files(Path directory) {
        Path index = directory.resolve("model.safetensors.index.json");
        Path single = directory.resolve("model.safetensors");
        if (Files.isRegularFile(single)) {
            return Set.of(single);
        }
        if (!Files.isRegularFile(index)) {
            throw new CheckpointException(directory + " has neither model.safetensors nor model.safetensors.index.json"
                    + " (pytorch_model.bin and GGUF files are not read: convert them to safetensors)");
        }
        Set<Path> files = new TreeSet<>();
        for (JsonNode named : JsonFile.read(index).path("weight_map")) {
            String name = named.asString("");
            // Links are followed: Hugging Face's cache consists of them.
            if (!name.matches("[^/\\\\\\x00]+\\.safetensors")) {
                throw new CheckpointException(
                        index + " names \"" + name + "\", which is not a *.safetensors file in the same directory");
            }
            Path file = directory.resolve(name);
            if (!Files.isRegularFile(file)) {
                throw new CheckpointException(index + " names " + name + ", which is missing");
            }
            files.add(file);
        }
        if (files.isEmpty()) {
            throw new CheckpointException(index + " names no files in \"weight_map\"");
        }
        return files;
    }

    private static void readHeader(Path file, FileChannel channel, Map<String, Entry> entries) throws IOException {
        ByteBuffer length = read(file, channel, 0, 8);
        long headerBytes = length.getLong(0);
        if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES || headerBytes > channel.size() - 8) {
            throw new CheckpointException(file + " is not a safetensors file, or is truncated: header of " + headerBytes
                    + " bytes in a file of " + channel.size());
        }
        JsonNode header =
                JsonFile.parse(read(file, channel, 8, (int) headerBytes).array(), "the header of " + file);
        long dataStart = 8 + headerBytes;
        List<Entry> inFile = new ArrayList<>();
        for (Map.Entry<String, JsonNode> property : header.properties()) {
            if (!property.getKey().equals("__metadata__")) {
                Entry entry = entry(file, property.getKey(), property.getValue(), dataStart, channel.size());
                inFile.add(entry);
                if (entries.put(property.getKey(), entry) != null) {
                    throw new CheckpointException(file + " holds " + property.getKey() + " a second time");
                }
            }
        }
        checkOrder(file, inFile, dataStart, channel.size());
    }

    /** Tensors neither overlap nor leave room for anything else. */
    private static void checkOrder(Path file, List<Entry> tensors, long dataStart, long fileBytes) {
        tensors.sort(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::length));
        long end = dataStart;
        for (Entry tensor : tensors) {
            if (tensor.offset != end) {
                throw new CheckpointException(file + " has tensors that overlap, or a gap between them, at byte "
                        + Math.min(end, tensor.offset) + "; it is corrupt");
            }
            end += tensor.length;
        }
        if (end != fileBytes) {
            throw new CheckpointException(file + " has " + fileBytes + " bytes, but its tensors end at " + end
                    + "; it is truncated or corrupt");
        }
    }

    private static ByteBuffer read(Path file, FileChannel channel, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new CheckpointException(file + " is truncated at " + channel.size() + " bytes");
            }
        }
        return buffer.flip();
    }

    private static Entry entry(Path file, String name, JsonNode description, long dataStart, long fileBytes) {
        String type = description.path("dtype").asString("");
        if (Arrays.stream(Type.values()).noneMatch(known -> known.name().equals(type))) {
            throw new CheckpointException(
                    file + ": tensor " + name + " has type \"" + type + "\"; F32, F16 and BF16 are supported");
        }
        JsonNode dimensions = description.path("shape");
        JsonNode offsets = description.path("data_offsets");
        long[] shape = new long[dimensions.size()];
        long elements = 1;
        for (int i = 0; i < shape.length; i++) {
            shape[i] = number(dimensions.get(i));
            if (shape[i] < 0 || shape[i] > Integer.MAX_VALUE) {
                throw new CheckpointException(file + ": tensor " + name + " has the impossible shape " + dimensions);
            }
            // Below 2^32 times below 2^31: the product fits.
            elements *= shape[i];
            if (elements > Math.min(fileBytes, Integer.MAX_VALUE * 2L)) {
                throw new CheckpointException(file + ": tensor " + name + " of shape " + dimensions
                        + " can't fit into a file of " + fileBytes + " bytes");
            }
        }
        long begin = number(offsets.path(0));
        long end = number(offsets.path(1));
        long bytes = elements * Type.valueOf(type).bytes;
        if (offsets.size() != 2 || begin < 0 || end < begin || end - begin != bytes || end > fileBytes - dataStart) {
            throw new CheckpointException(file + ": tensor " + name + " of shape " + dimensions + " needs " + bytes
                    + " bytes, but spans " + offsets + " of " + (fileBytes - dataStart)
                    + "; the file is truncated or corrupt");
        }
        return new Entry(file, Type.valueOf(type), shape, dataStart + begin, bytes);
    }

    /** A whole number; -1 for everything else. */
    private static long number(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong() ? node.asLong() : -1;
    }

    /** @return the names of all tensors */
    public Set<String> names() {
        return Set.copyOf(entries.keySet());
    }

    /**
     * Maps one tensor.
     *
     * @param name  its name
     * @param shape the shape that it must have
     * @return the tensor; the mapping lives as long as its buffer is reachable
     * @throws CheckpointException if it is missing, has another shape, or can't be mapped
     */
    public Tensor tensor(String name, long... shape) {
        Entry entry = entry(name, shape);
        try (FileChannel channel = FileChannel.open(entry.file, StandardOpenOption.READ)) {
            ByteBuffer data = channel.map(FileChannel.MapMode.READ_ONLY, entry.offset, entry.length)
                    .order(ByteOrder.LITTLE_ENDIAN);
            return new Tensor(entry.type, entry.shape, data);
        } catch (IOException | IllegalArgumentException e) {
            throw new CheckpointException("can't map tensor " + name + " of " + entry.file + ": " + e.getMessage(), e);
        }
    }

    /**
     * @param name  of a tensor
     * @param shape the shape that it must have
     * @return its number format
     * @throws CheckpointException if it is missing or has another shape
     */
    public Type type(String name, long... shape) {
        return entry(name, shape).type;
    }

    /**
     * Reads part of a tensor's data.
     *
     * @param name   of a tensor that exists
     * @param offset of the first byte within its data
     * @param target filled up to its limit
     * @throws CheckpointException if it can't be read
     */
    public void read(String name, long offset, ByteBuffer target) {
        Entry entry = entries.get(name);
        try (FileChannel channel = FileChannel.open(entry.file, StandardOpenOption.READ)) {
            for (long position = entry.offset + offset; target.hasRemaining(); ) {
                int count = channel.read(target, position);
                if (count < 0) {
                    throw new CheckpointException(entry.file + " is truncated at " + channel.size() + " bytes");
                }
                position += count;
            }
        } catch (IOException e) {
            throw new CheckpointException("can't read tensor " + name + " of " + entry.file + ": " + e.getMessage(), e);
        }
    }

    private Entry entry(String name, long... shape) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new CheckpointException(directory + " has no tensor " + name + ", which its config.json calls for");
        }
        if (!Arrays.equals(entry.shape, shape)) {
            throw new CheckpointException(directory + ": tensor " + name + " has shape " + Arrays.toString(entry.shape)
                    + ", but config.json calls for " + Arrays.toString(shape));
        }
        return entry;
    }
}
