package io.gkt.inference.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Text to tokenize in which some spans are trusted markup and the others are plain: special-token text such as
 * {@code <|im_end|>} becomes its token in markup and stays ordinary text in plain spans. Apart from that the spans are
 * tokenized as one text, so merges across their borders happen as in one string.
 *
 * @param spans the text in order; empty spans are dropped and neighbours of the same kind joined
 * @param addSpecialTokens whether the tokenizer adds what its post-processor prescribes (often a begin-of-text token).
 *     Chat templates write it themselves.
 */
public record Prompt(List<Span> spans, boolean addSpecialTokens) {
    /**
     * Part of a prompt.
     *
     * @param text the text
     * @param markup whether special-token text in it means the token
     */
    public record Span(String text, boolean markup) {}

    public Prompt {
        List<Span> joined = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < spans.size(); i++) {
            boolean markup = spans.get(i).markup();
            text.append(spans.get(i).text());
            boolean ends = i + 1 == spans.size() || spans.get(i + 1).markup() != markup;
            if (ends && !text.isEmpty()) {
                joined.add(new Span(text.toString(), markup));
                text.setLength(0);
            }
        }
        spans = List.copyOf(joined);
    }

    /** A prompt as a completion endpoint takes it: all markup, with the special tokens the tokenizer adds itself. */
    public static Prompt raw(String text) {
        return new Prompt(List.of(new Span(text, true)), true);
    }

    /** All markup, nothing added: the ids of exactly this text. */
    public static Prompt markup(String text) {
        return new Prompt(List.of(new Span(text, true)), false);
    }

    /** No markup, nothing added: no special token can come out of this text. */
    public static Prompt plain(String text) {
        return new Prompt(List.of(new Span(text, false)), false);
    }

    /** This prompt followed by plain text, for example the beginning of the answer. */
    public Prompt plus(String plainText) {
        List<Span> longer = new ArrayList<>(spans);
        longer.add(new Span(plainText, false));
        return new Prompt(longer, addSpecialTokens);
    }

    /** The whole text. */
    public String text() {
        return spans.stream().map(Span::text).collect(Collectors.joining());
    }
}
