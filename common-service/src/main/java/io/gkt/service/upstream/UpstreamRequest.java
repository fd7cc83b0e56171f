package io.gkt.service.upstream;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.protocol.Message;
import io.gkt.service.Conversation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Body of a request to {@code /v1/completions} or {@code /v1/chat/completions}. What would change nothing is left out:
 * hosted servers refuse fields that they don't know.
 *
 * @param model             the server's name for the model
 * @param prompt            text or token ids; null if it is a chat
 * @param messages          a chat; null if there is a prompt
 * @param continueFinalMessage whether the answer goes on with the last message; null if that is not the assistant's
 * @param addGenerationPrompt vLLM's: false if the answer goes on with the last message; null if it does not
 * @param addSpecialTokens  vLLM's: false if the prompt has its own; null if it is a chat, or token ids
 * @param maxTokens         most tokens
 * @param stop              texts that end the answer; null if none
 * @param temperature       0 takes the likeliest token
 * @param topP              null is off
 * @param topK              null is off; not OpenAI's
 * @param minP              null is off; not OpenAI's
 * @param repetitionPenalty null is off; vLLM's and SGLang's name
 * @param repeatPenalty     the same; llama.cpp's name
 * @param presencePenalty   null is off
 * @param frequencyPenalty  null is off
 * @param logitBias         by token id; null if none
 * @param minTokens         null is off; vLLM's and SGLang's
 * @param seed              null draws one
 * @param ignoreEos         null is off; not OpenAI's
 * @param stream            always, so that closing the connection ends the work
 * @param streamOptions     asks for usage
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UpstreamRequest(
        String model,
        Object prompt,
        List<Message> messages,
        Boolean continueFinalMessage,
        Boolean addGenerationPrompt,
        Boolean addSpecialTokens,
        int maxTokens,
        List<String> stop,
        double temperature,
        Double topP,
        Integer topK,
        Double minP,
        Double repetitionPenalty,
        Double repeatPenalty,
        Double presencePenalty,
        Double frequencyPenalty,
        Map<String, Double> logitBias,
        Integer minTokens,
        Long seed,
        Boolean ignoreEos,
        boolean stream,
        StreamOptions streamOptions) {

    /** How it streams. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record StreamOptions(boolean includeUsage) {}

    /**
     * What is to be answered or continued: one of the three.
     *
     * @param conversation     a chat
     * @param text             text to continue
     * @param tokens           the same as token ids
     * @param addSpecialTokens whether the server is to add to the text what its tokenizer prescribes
     */
    public record Input(Conversation conversation, String text, int[] tokens, boolean addSpecialTokens) {

        /** A chat. */
        public static Input chat(Conversation conversation) {
            return new Input(conversation, null, null, false);
        }

        /** Text to continue. */
        public static Input text(String text, boolean addSpecialTokens) {
            return new Input(null, text, null, addSpecialTokens);
        }

        /** Token ids to continue. */
        public static Input tokens(int[] tokens) {
            return new Input(null, null, tokens, false);
        }
    }

    /**
     * @param model     the server's name for the model
     * @param input     what is to be answered or continued
     * @param maxTokens most tokens
     * @param stop      texts that end the answer
     * @param sampling  how tokens are drawn
     * @param ignoreEos whether to go on after the model ends the answer
     * @return the request
     */
    public static UpstreamRequest of(
            String model,
            Input input,
            int maxTokens,
            List<String> stop,
            SamplingParameters sampling,
            boolean ignoreEos) {
        Optional<Conversation> chat = Optional.ofNullable(input.conversation());
        Double repetitionPenalty = unless(1, sampling.repetitionPenalty());
        return new UpstreamRequest(
                model,
                input.text() == null ? input.tokens() : input.text(),
                chat.map(Conversation::messages).orElse(null),
                chat.map(Conversation::continueFinalMessage).orElse(null),
                chat.filter(Conversation::continuesFinalMessage).isPresent() ? Boolean.FALSE : null,
                input.text() == null || input.addSpecialTokens() ? null : Boolean.FALSE,
                maxTokens,
                stop.isEmpty() ? null : stop,
                sampling.temperature(),
                unless(1, sampling.topP()),
                sampling.topK() <= 0 ? null : (Integer) sampling.topK(),
                unless(0, sampling.minP()),
                repetitionPenalty,
                repetitionPenalty,
                unless(0, sampling.presencePenalty()),
                unless(0, sampling.frequencyPenalty()),
                sampling.logitBias().isEmpty() ? null : named(sampling.logitBias()),
                sampling.minTokens() == 0 ? null : (Integer) sampling.minTokens(),
                sampling.seed().isPresent() ? (Long) sampling.seed().getAsLong() : null,
                ignoreEos ? Boolean.TRUE : null,
                true,
                new StreamOptions(true));
    }

    String path() {
        return messages == null ? "/v1/completions" : "/v1/chat/completions";
    }

    /** As OpenTelemetry calls it. */
    String operation() {
        return messages == null ? "text_completion" : "chat";
    }

    private static Double unless(double neutral, double value) {
        return value == neutral ? null : (Double) value;
    }

    private static Map<String, Double> named(Map<Integer, Double> bias) {
        return bias.entrySet().stream().collect(Collectors.toMap(e -> e.getKey().toString(), Map.Entry::getValue));
    }
}
