package io.gkt.service;

import io.gkt.inference.TextModel;
import io.gkt.inference.chat.ChatMessage;
import io.gkt.inference.chat.ChatTemplate;
import io.gkt.inference.jinja.TemplateException;
import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.inference.tokenizer.Prompt;
import io.gkt.protocol.Sampling;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Says in the model's terms what a request says in the wire's. */
public final class ModelInputs {

    private ModelInputs() {}

    /**
     * @param sampling a request's wishes; null is none
     * @param defaults what holds where it has no wish
     * @return both together
     */
    public static SamplingParameters sampling(Sampling sampling, SamplingParameters defaults) {
        Sampling wish = Optional.ofNullable(sampling).orElse(Sampling.UNSET);
        return new SamplingParameters(
                or(wish.temperature(), defaults.temperature()),
                or(wish.topK(), defaults.topK()),
                or(wish.topP(), defaults.topP()),
                or(wish.minP(), defaults.minP()),
                or(wish.repetitionPenalty(), defaults.repetitionPenalty()),
                or(wish.presencePenalty(), defaults.presencePenalty()),
                or(wish.frequencyPenalty(), defaults.frequencyPenalty()),
                defaults.logitBias(),
                or(wish.minTokens(), defaults.minTokens()),
                wish.seed() == null ? defaults.seed() : OptionalLong.of(wish.seed()));
    }

    /**
     * @param model        whose chat template is to be filled
     * @param conversation what is to be answered
     * @return the prompt for its next turn, or for the rest of its last one
     * @throws ApiException 400 if the model has no chat template, or that refuses the messages
     */
    public static Prompt chat(TextModel model, Conversation conversation) {
        ChatTemplate template = model.chatTemplate()
                .orElseThrow(() -> ApiException.invalid(
                        "messages", "The model has no chat template; send a prompt instead of messages."));
        try {
            List<ChatMessage> messages = conversation.messages().stream()
                    .map(message -> new ChatMessage(message.role(), message.content()))
                    .toList();
            return conversation.continuesFinalMessage()
                    ? template.promptToContinue(messages)
                    : template.prompt(messages, true);
        } catch (TemplateException e) {
            throw ApiException.invalid("messages", "The model's chat template refused the messages: " + e.getMessage());
        }
    }

    private static <T> T or(T wish, T otherwise) {
        return wish == null ? otherwise : wish;
    }
}
