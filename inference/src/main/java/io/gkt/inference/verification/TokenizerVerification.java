package io.gkt.inference.verification;

import io.gkt.inference.chat.ChatMessage;
import io.gkt.inference.chat.ChatTemplate;
import io.gkt.inference.checkpoint.CheckpointException;
import io.gkt.inference.jinja.TemplateException;
import io.gkt.inference.tokenizer.Detokenizer;
import io.gkt.inference.tokenizer.Prompt;
import io.gkt.inference.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Compares a tokenizer and its chat template with what a reference implementation made of the same input. The file of
 * expectations has {@code texts} (or {@code text}), each a {@code text}, its {@code ids} and, optionally, what they are
 * {@code decoded} to with special tokens kept; and {@code chats}, each with {@code messages} and either what they are
 * {@code rendered} to, ending with the beginning of an answer unless {@code add_generation_prompt} is false, or an
 * {@code error} if they are refused. Both lists are optional, and other fields are ignored.
 */
public final class TokenizerVerification {

    /** What is compared. */
    public enum Check {
        /** The token ids of a text, with or without those that the tokenizer adds itself. */
        IDS,
        /** The text of token ids. */
        DECODED,
        /** The text of every beginning of the token ids, token by token: whole characters only. */
        INCREMENTAL,
        /** The prompt that messages are rendered to, or their refusal. */
        CHAT
    }

    /**
     * What came of one comparison.
     *
     * @param check      what was compared
     * @param input      the text, or the JSON of the messages, that it is about
     * @param difference how the outcome differs from the reference's; empty if it does not
     */
    public record Outcome(Check check, String input, Optional<String> difference) {

        /** @return whether there is no difference */
        public boolean passes() {
            return difference.isEmpty();
        }
    }

    private static final String REPLACEMENT = "\uFFFD";

    private final Path directory;
    private final JsonNode expected;
    private final List<Outcome> outcomes = new ArrayList<>();

    private TokenizerVerification(Path directory, JsonNode expected) {
        this.directory = directory;
        this.expected = expected;
    }

    /**
     * Runs every comparison.
     *
     * @param directory    a directory with a {@code tokenizer.json}
     * @param expectations a JSON file with the reference's outcomes
     * @return the outcomes in the order of the file; empty if it expects nothing of a tokenizer
     * @throws CheckpointException if the expectations can't be read
     * @throws IllegalArgumentException if the tokenizer or its configuration can't be read
     * @throws TemplateException if the chat template has a syntax error
     */
    public static List<Outcome> run(Path directory, Path expectations) {
        TokenizerVerification verification = new TokenizerVerification(directory, read(expectations));
        verification.texts();
        verification.chats();
        return List.copyOf(verification.outcomes);
    }

    private static JsonNode read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(file + " is missing: it holds the reference's outputs");
        }
        try {
            return JsonMapper.shared().readTree(file);
        } catch (JacksonException e) {
            throw new CheckpointException(file + " is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private void texts() {
        List<JsonNode> texts = Stream.of("texts", "text")
                .flatMap(name -> expected.path(name).valueStream())
                .toList();
        if (!texts.isEmpty()) {
            try (Tokenizer tokenizer = Tokenizer.load(directory)) {
                texts.forEach(text -> text(tokenizer, text));
            }
        }
    }

    private void text(Tokenizer tokenizer, JsonNode expected) {
        String text = expected.path("text").asString();
        int[] ids = expected.path("ids").valueStream().mapToInt(JsonNode::asInt).toArray();
        int[] encoded = tokenizer.encode(Prompt.markup(text));
        boolean same = Arrays.equals(encoded, ids) || Arrays.equals(tokenizer.encode(Prompt.raw(text)), ids);
        add(Check.IDS, text, same ? null : Arrays.toString(encoded) + " instead of " + Arrays.toString(ids));

        String decoded = tokenizer.decode(ids);
        if (expected.has("decoded")) {
            add(
                    Check.DECODED,
                    text,
                    difference(tokenizer, decoded, expected.path("decoded").asString()));
        }
        add(Check.INCREMENTAL, text, incrementally(tokenizer, ids, decoded));
    }

    private void add(Check check, String input, String difference) {
        outcomes.add(new Outcome(check, input, Optional.ofNullable(difference)));
    }

    /**
     * Ours leaves special tokens out. Whether the reference puts spaces beside those it keeps is a matter of its
     * options, so then spaces don't count.
     */
    private static String difference(Tokenizer tokenizer, String decoded, String expected) {
        String actual = decoded;
        String reference = expected;
        if (tokenizer.specialTokens().stream().anyMatch(expected::contains)) {
            for (String special : tokenizer.specialTokens()) {
                reference = reference.replace(special, "");
            }
            reference = reference.replace(" ", "");
            actual = actual.replace(" ", "");
        }
        return actual.equals(reference) ? null : quoted(decoded) + " instead of " + quoted(expected);
    }

    private static String incrementally(Tokenizer tokenizer, int[] ids, String whole) {
        for (int length = 0; length <= ids.length; length++) {
            Detokenizer detokenizer = tokenizer.detokenizer(new int[0]);
            StringBuilder text = new StringBuilder();
            Arrays.stream(ids, 0, length).mapToObj(detokenizer::append).forEach(text::append);
            text.append(detokenizer.finish());
            boolean broken = text.indexOf(REPLACEMENT) >= 0 && !whole.contains(REPLACEMENT);
            if (broken || !whole.startsWith(text.toString()) || length == ids.length && !whole.contentEquals(text)) {
                return "the first " + length + " tokens give " + quoted(text) + " of " + quoted(whole);
            }
        }
        return null;
    }

    private void chats() {
        List<JsonNode> chats = expected.path("chats").valueStream().toList();
        if (!chats.isEmpty()) {
            Optional<ChatTemplate> template = ChatTemplate.load(directory);
            chats.forEach(chat -> add(
                    Check.CHAT,
                    chat.path("messages").toString(),
                    template.isPresent()
                            ? difference(template.get(), chat)
                            : chat.has("error") ? null : "the model has no chat template"));
        }
    }

    private static String difference(ChatTemplate template, JsonNode chat) {
        List<ChatMessage> messages = chat.path("messages")
                .valueStream()
                .map(message -> new ChatMessage(message.path("role").asString(""), content(message.path("content"))))
                .toList();
        String rendered;
        try {
            rendered =
                    template.render(messages, chat.path("add_generation_prompt").asBoolean(true));
        } catch (TemplateException e) {
            return chat.has("error") ? null : "refused: " + e.getMessage();
        }
        if (chat.has("error")) {
            return quoted(rendered) + " instead of a refusal";
        }
        String reference = chat.path("rendered").asString();
        return rendered.equals(reference) ? null : quoted(rendered) + " instead of " + quoted(reference);
    }

    /** A string, or the text parts of an array together. */
    private static String content(JsonNode content) {
        return content.isArray()
                ? content.valueStream()
                        .map(part -> part.path("text").asString(""))
                        .collect(Collectors.joining())
                : content.asString("");
    }

    private static String quoted(CharSequence text) {
        return JsonMapper.shared().writeValueAsString(text.toString());
    }
}
