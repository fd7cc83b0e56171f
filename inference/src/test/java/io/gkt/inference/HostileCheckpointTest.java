package io.gkt.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gkt.inference.checkpoint.CheckpointException;
import io.gkt.inference.decoder.Chunk;
import io.gkt.inference.decoder.Precision;
import io.gkt.inference.decoder.Slot;
import io.gkt.inference.tokenizer.Prompt;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Model directories that strangers made: each is loaded, or refused by a line that names a file. */
@Timeout(600)
class HostileCheckpointTest {

    private static final Path MODEL = Path.of("src/test/resources/golden/checkpoints/llama-tied");
    private static final List<String> FILES = List.of("config.json", "tokenizer.json", "model.safetensors");
    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    private Path directory;

    @BeforeEach
    void copy() throws IOException {
        for (String file : FILES) {
            Files.write(directory.resolve(file), Files.readAllBytes(MODEL.resolve(file)));
        }
    }

    private void load() {
        LanguageModel.load(directory, Precision.FLOAT32, 1, 16).close();
    }

    private void assertRefused(String... words) {
        assertThatThrownBy(this::load)
                .isInstanceOfAny(CheckpointException.class, IllegalArgumentException.class)
                .message()
                .contains(directory.toString())
                .contains(words)
                .hasLineCount(1);
        assertNothingIsLeftOpen();
    }

    /** A decoder that was not closed has a thread, which waits for work. */
    private static void assertNothingIsLeftOpen() {
        Thread[] threads = new Thread[Thread.activeCount() + 10];
        int count = Thread.enumerate(threads);
        for (Thread thread : Arrays.copyOf(threads, count)) {
            if (thread.getName().equals("decoder")) {
                try {
                    thread.join(10_000);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                assertThat(thread.isAlive()).as("a decoder is open").isFalse();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hidden_size             | 2147483646 | shape",
                "hidden_size             | 2147483647 | shape",
                "hidden_size             | 0          | hidden_size",
                "hidden_size             | 1e3        | hidden_size",
                "hidden_size             | 1          | shape",
                "num_hidden_layers       | 1000000000 | no tensor model.layers.",
                "num_hidden_layers       | 99999999999 | num_hidden_layers",
                "num_attention_heads     | 3          | heads",
                "num_key_value_heads     | 3          | heads",
                "head_dim                | 2147483646 | shape",
                "head_dim                | 7          | heads",
                "intermediate_size       | 2147483647 | shape",
                "vocab_size              | 7          | vocab_size 7",
                "vocab_size              | 2147483647 | shape",
                "max_position_embeddings | -5         | max_position_embeddings",
                "rms_norm_eps            | NaN        | JSON",
                "rms_norm_eps            | \"NaN\"    | rms_norm_eps",
                "rms_norm_eps            | 1e999      | rms_norm_eps",
                "rms_norm_eps            | -1         | rms_norm_eps",
                "rope_parameters         | {\"rope_theta\":-10000} | rope_theta",
                "rope_parameters         | {\"rope_theta\":\"x\"} | rope_theta",
                "rope_parameters         | {\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":4,\"high_freq_factor\":1} | high_freq_factor",
                "rope_parameters         | {\"rope_type\":\"linear\",\"factor\":0} | factor",
                "hidden_act              | [\"silu\"] | hidden_act",
                "model_type              | {}         | model_type",
                "sliding_window          | 0          | sliding_window"
            })
    void aConfigurationThatDoesNotFitIsRefused(String name, String value, String words) throws IOException {
        String config = Files.readString(directory.resolve("config.json"));
        ObjectNode json = (ObjectNode) JSON.readTree(config);
        json.remove(name);
        String rest = JSON.writeValueAsString(json);
        Files.writeString(directory.resolve("config.json"), "{\"" + name + "\":" + value + "," + rest.substring(1));

        assertRefused(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json"})
    void jsonThatIsNoneNestsOrIsHugeIsRefused(String file) throws IOException {
        for (String json :
                List.of("", "[]", "null", "7", "{\"a\":", "{\"a\":1,\"a\":2}", "{\"a\":" + "[".repeat(1 << 20))) {
            Files.writeString(directory.resolve(file), json);
            assertRefused(file);
        }
        try (RandomAccessFile huge =
                new RandomAccessFile(directory.resolve(file).toFile(), "rw")) {
            huge.setLength(1L << 30);
        }
        assertRefused(file, "1024 MB");
    }

    @Test
    void aTokenizerOfAnotherModelIsRefused() throws IOException {
        Path file = directory.resolve("tokenizer.json");
        ObjectNode json = (ObjectNode) JSON.readTree(file);
        for (int id : new int[] {1_000_000, 20_000_000, Integer.MAX_VALUE, -1}) {
            ObjectNode token = json.putArray("added_tokens").addObject();
            token.put("id", id).put("content", "<|x|>").put("special", true);
            token.put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false);
            Files.write(file, JSON.writeValueAsBytes(json));
            assertRefused("tokenizer.json");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{% for x in y %}", "{% include 'x' %}", "{{ x", "{% macro m() %}{{ m() }}", "(giant)"})
    void aChatTemplateThatIsNoneIsRefused(String template) throws IOException {
        Files.writeString(
                directory.resolve("chat_template.jinja"),
                template.equals("(giant)") ? "{{ 1 }}".repeat(200_000) : template);
        assertRefused("chat template");
    }

    /**
     * Property: whatever is done to the files, the model is loaded and computes, or it is refused. The number of rounds
     * is the system property {@code checkpoints}.
     */
    @Test
    void damagedDirectoriesAreLoadedOrRefused() throws IOException {
        int rounds = Integer.getInteger("checkpoints", 300);
        SplittableRandom random = new SplittableRandom(Long.getLong("seed", 1));
        int loaded = 0;
        for (int round = 0; round < rounds; round++) {
            String file = FILES.get(random.nextInt(FILES.size()));
            byte[] whole = Files.readAllBytes(MODEL.resolve(file));
            Files.write(directory.resolve(file), damaged(whole, random));
            try (LanguageModel model = LanguageModel.load(directory, Precision.FLOAT32, 1, 16)) {
                int[] prompt = model.tokenizer().encode(Prompt.plain("2 + 2 ="));
                if (prompt.length > 0 && prompt.length < 16) {
                    Slot slot = model.decoder().slots().acquire(prompt).orElseThrow();
                    model.decoder().step(List.of(new Chunk(slot, prompt)));
                }
                loaded++;
            } catch (CheckpointException | IllegalArgumentException refused) {
                assertThat(refused.getMessage()).as("round " + round).isNotBlank();
            }
            Files.write(directory.resolve(file), whole);
        }
        assertThat(loaded).isBetween(1, rounds - 1);
        assertNothingIsLeftOpen();
    }

    private static byte[] damaged(byte[] whole, SplittableRandom random) {
        byte[] bytes = whole.clone();
        // Headers and JSON are what matters; most of the weights are just numbers.
        int reach = random.nextBoolean() ? Math.min(2000, bytes.length) : bytes.length;
        return switch (random.nextInt(5)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 1 -> {
                for (int i = random.nextInt(1, 8); i > 0; i--) {
                    bytes[random.nextInt(reach)] ^= (byte) (1 << random.nextInt(8));
                }
                yield bytes;
            }
            case 2 -> {
                ByteBuffer.wrap(bytes).putLong(random.nextInt(Math.min(reach, bytes.length - 8)), random.nextLong());
                yield bytes;
            }
            case 3 -> {
                int from = random.nextInt(reach);
                int to = random.nextInt(reach);
                int length = Math.min(random.nextInt(1, 64), bytes.length - Math.max(from, to));
                System.arraycopy(whole, from, bytes, to, length);
                yield bytes;
            }
            default -> {
                // Another number where one stands.
                String text = new String(whole, StandardCharsets.ISO_8859_1);
                int at = random.nextInt(reach);
                while (at < reach && !Character.isDigit(text.charAt(at))) {
                    at++;
                }
                String number = List.of("0", "-1", "99999999999999999999", "1e9", "2147483647", "null", "\"\"")
                        .get(random.nextInt(7));
                yield at == reach
                        ? bytes
                        : (text.substring(0, at) + number + text.substring(at + 1))
                                .getBytes(StandardCharsets.ISO_8859_1);
            }
        };
    }
}
