package io.gkt.inference.chat;

import io.gkt.inference.checkpoint.CheckpointException;
import io.gkt.inference.checkpoint.JsonFile;
import io.gkt.inference.jinja.Template;
import io.gkt.inference.jinja.TemplateException;
import io.gkt.inference.jinja.Text;
import io.gkt.inference.tokenizer.Prompt;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * A model's chat template, rendered as transformers' {@code apply_chat_template} does. What comes from the messages
 * stays plain text in the prompt, whatever the template does with it. A template is a program that comes with the
 * model: it reaches nothing but the messages and the model's special tokens, and what it may cost is bounded.
 * Thread-safe.
 */
public final class ChatTemplate {
    private static final String TEMPLATE_FILE = "chat_template.jinja";
    private static final String CONFIG_FILE = "tokenizer_config.json";
    /** Ten times what the longest known templates have. */
    private static final int MAX_LENGTH = 1 << 20;

    private final Template template;
    private final Clock clock;
    private final Map<String, Object> variables = new HashMap<>();

    private ChatTemplate(String source, JsonNode config, Clock clock) {
        this.template = Template.parse(source);
        this.clock = clock;
        variables.put("tools", null);
        variables.put("documents", null);
        config.properties().forEach(property -> {
            if (property.getKey().endsWith("_token") && content(property.getValue()) != null) {
                variables.put(property.getKey(), content(property.getValue()));
            }
        });
        if (config.has("additional_special_tokens")) {
            variables.put(
                    "additional_special_tokens",
                    config.path("additional_special_tokens")
                            .valueStream()
                            .<Object>map(ChatTemplate::content)
                            .toList());
        }
    }

    /**
     * Loads a model's chat template: {@code chat_template.jinja} if it is there, else {@code chat_template} in
     * {@code tokenizer_config.json}, of several the one named {@code default}.
     *
     * @param directory a model directory in Hugging Face's layout
     * @return empty if the model has no (default) chat template
     * @throws TemplateException if the template has a syntax error
     * @throws CheckpointException if a file can't be read, or tokenizer_config.json is not valid JSON
     */
    public static Optional<ChatTemplate> load(Path directory) {
        return load(directory, Clock.systemDefaultZone());
    }

    /** As {@link #load(Path)}, with the time that {@code strftime_now} tells. */
    static Optional<ChatTemplate> load(Path directory, Clock clock) {
        Path file = directory.resolve(TEMPLATE_FILE);
        JsonNode config = JsonFile.read(directory.resolve(CONFIG_FILE));
        Optional<String> source = Files.isRegularFile(file)
                ? Optional.of(new String(JsonFile.bytes(file), StandardCharsets.UTF_8))
                : source(config);
        return source.map(text -> {
            if (text.length() > MAX_LENGTH) {
                throw new TemplateException(
                        "it has " + text.length() + " characters; at most " + MAX_LENGTH + " are read");
            }
            return new ChatTemplate(text, config, clock);
        });
    }

    private static Optional<String> source(JsonNode config) {
        JsonNode template = config.path("chat_template");
        if (template.isArray()) {
            return template.valueStream()
                    .filter(named -> named.path("name").asString("").equals("default"))
                    .map(named -> named.path("template").asString(""))
                    .findFirst();
        }
        return template.isString() ? Optional.of(template.asString()) : Optional.empty();
    }

    /** A special token's text: a string, or an object that has it as content; null if there is none. */
    private static Text content(JsonNode token) {
        JsonNode text = token.isObject() ? token.path("content") : token;
        return text.isString() ? Text.markup(text.asString()) : null;
    }

    /**
     * Renders messages to a prompt in which what the template wrote is markup and what the messages said is plain.
     *
     * @param addGenerationPrompt whether the prompt ends with the beginning of the assistant's turn
     * @throws TemplateException if the template refuses the messages, is wrong, or takes too long
     */
    public Prompt prompt(List<ChatMessage> messages, boolean addGenerationPrompt) {
        return new Prompt(run(messages, addGenerationPrompt).spans(), false);
    }

    /**
     * Renders messages to a prompt that ends with the last message's text, so that the model goes on with it. As in
     * transformers' {@code continue_final_message}, with one difference: white space at the text's end stays even where
     * the template trims messages, so that models with different templates go on from the same text.
     *
     * @throws TemplateException as {@link #prompt}, or if the template does not write the last message as it is
     */
    public Prompt promptToContinue(List<ChatMessage> messages) {
        ChatMessage last = messages.get(messages.size() - 1);
        // Nobody can guess it, and the template can neither trim it nor what stands before it.
        String end = UUID.randomUUID().toString();
        List<ChatMessage> marked = new ArrayList<>(messages.subList(0, messages.size() - 1));
        marked.add(new ChatMessage(last.role(), last.content() + end));
        Text rendered = run(marked, false);
        int cut = rendered.chars().lastIndexOf(end);
        if (cut < 0
                || !rendered.chars().substring(0, cut).endsWith(last.content().stripLeading())) {
            throw new TemplateException("it does not write the last message as it is, so that it can't be continued");
        }
        return new Prompt(rendered.substring(0, cut).spans(), false);
    }

    /**
     * The text of {@link #prompt}.
     *
     * @throws TemplateException as there
     */
    public String render(List<ChatMessage> messages, boolean addGenerationPrompt) {
        return run(messages, addGenerationPrompt).chars();
    }

    private Text run(List<ChatMessage> messages, boolean addGenerationPrompt) {
        List<Object> turns = new ArrayList<>();
        for (ChatMessage message : messages) {
            Map<Object, Object> turn = new LinkedHashMap<>();
            turn.put(Text.markup("role"), Text.plain(message.role()));
            turn.put(Text.markup("content"), Text.plain(message.content()));
            turns.add(turn);
        }
        Map<String, Object> all = new HashMap<>(variables);
        all.put("messages", turns);
        all.put("add_generation_prompt", addGenerationPrompt);
        return template.render(all, clock);
    }
}
