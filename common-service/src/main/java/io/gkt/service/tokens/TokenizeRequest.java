package io.gkt.service.tokens;

import io.gkt.inference.TextModel;
import io.gkt.inference.tokenizer.Prompt;
import io.gkt.protocol.GuidanceApi;
import io.gkt.service.ApiException;
import io.gkt.service.ChatMessageParam;
import io.gkt.service.Conversation;
import io.gkt.service.ModelInputs;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Body of {@code POST /tokenize}, which has exactly one of {@code content}, {@code prompt} and {@code messages}. Unknown
 * fields are ignored.
 *
 * @param model                the model wanted; null takes what there is
 * @param content              llama.cpp's: text as users say it
 * @param prompt               vLLM's: text as completions take it; special-token text in it is markup
 * @param messages             vLLM's: a conversation as chats take it
 * @param addSpecial           llama.cpp's name of addSpecialTokens
 * @param addSpecialTokens     whether the tokenizer adds what it does by itself; null is yes for {@code prompt} only
 * @param parseSpecial         whether special-token text in {@code content} is markup; null is no
 * @param withPieces           llama.cpp's: whether tokens come with their text
 * @param returnTokenStrs      vLLM's: whether the vocabulary's spelling of tokens is wanted
 * @param continueFinalMessage as in chats
 * @param addGenerationPrompt  as in chats
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record TokenizeRequest(
        @Size(max = GuidanceApi.MAX_MODEL_LENGTH) String model,
        String content,
        String prompt,

        @Size(min = 1, max = GuidanceApi.MAX_MESSAGES) List<@NotNull @Valid ChatMessageParam> messages,

        Boolean addSpecial,
        Boolean addSpecialTokens,
        Boolean parseSpecial,
        Boolean withPieces,
        Boolean returnTokenStrs,
        Boolean continueFinalMessage,
        Boolean addGenerationPrompt) {

    /** @throws ApiException 400 if there is not exactly one text, or the model's chat template refuses it */
    Prompt toPrompt(TextModel tokenizing) {
        if (Stream.of(content, prompt, messages).filter(Objects::nonNull).count() != 1) {
            throw ApiException.invalid("content", "Give exactly one of content, prompt and messages.");
        }
        List<Prompt.Span> spans;
        if (messages != null) {
            Conversation conversation =
                    Conversation.of(ChatMessageParam.plain(messages), continueFinalMessage, addGenerationPrompt);
            spans = ModelInputs.chat(tokenizing, conversation).spans();
        } else if (prompt != null) {
            spans = List.of(new Prompt.Span(prompt, true));
        } else {
            spans = List.of(new Prompt.Span(content, Boolean.TRUE.equals(parseSpecial)));
        }
        return new Prompt(spans, addsSpecialTokens());
    }

    private boolean addsSpecialTokens() {
        return Stream.of(addSpecialTokens, addSpecial)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(prompt != null);
    }
}
