package io.gkt.student.openai;

import io.gkt.inference.TextModel;
import io.gkt.inference.sampling.TokenLogprobs;
import io.gkt.protocol.Usage;
import io.gkt.student.generation.Answer;
import io.gkt.student.generation.Piece;
import io.gkt.student.generation.Question;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** How one endpoint writes one answer, whole or in chunks. */
enum Endpoint {
    CHAT("chatcmpl-", "chat.completion", "chat.completion.chunk"),
    TEXT("cmpl-", "text_completion", "text_completion");

    private final String idPrefix;
    private final String object;
    private final String chunkObject;

    Endpoint(String idPrefix, String object, String chunkObject) {
        this.idPrefix = idPrefix;
        this.object = object;
        this.chunkObject = chunkObject;
    }

    Writing begin(TextModel model, String fingerprint, Question question) {
        return new Writing(
                idPrefix + UUID.randomUUID().toString().replace("-", ""),
                Instant.now().getEpochSecond(),
                model,
                fingerprint,
                question);
    }

    /** One answer's constant part. */
    final class Writing {

        private final String id;
        private final long created;
        private final TextModel model;
        private final String fingerprint;
        private final boolean withLogprobs;
        /** Characters of each choice whose logprobs are written. */
        private final int[] written;

        private Writing(String id, long created, TextModel model, String fingerprint, Question question) {
            this.id = id;
            this.created = created;
            this.model = model;
            this.fingerprint = fingerprint;
            this.withLogprobs = question.topLogprobs().isPresent();
            this.written = new int[question.choices()];
        }

        Completion whole(Answer answer) {
            List<Completion.Choice> choices = new ArrayList<>();
            for (Answer.Choice choice : answer.choices()) {
                choices.add(new Completion.Choice(
                        choices.size(),
                        chat() ? new Completion.Message("assistant", choice.text(), null) : null,
                        null,
                        chat() ? null : choice.text(),
                        withLogprobs ? logprobs(choices.size(), choice.logprobs()) : null,
                        choice.finishReason()));
            }
            return completion(object, choices, answer.usage(), GuidanceReport.of(answer));
        }

        Completion opening(int index) {
            return chunk(index, new Completion.Delta("assistant", ""), "", null, null, null);
        }

        Completion piece(Piece piece) {
            return chunk(
                    piece.choice(),
                    new Completion.Delta(null, piece.text()),
                    piece.text(),
                    piece.logprobs().isEmpty() ? null : logprobs(piece.choice(), piece.logprobs()),
                    null,
                    GuidanceReport.by(piece.author()));
        }

        Completion ending(int index, Answer.Choice choice, GuidanceReport report) {
            return chunk(index, new Completion.Delta(null, null), "", null, choice.finishReason(), report);
        }

        Completion usage(Usage usage) {
            return completion(chunkObject, List.of(), usage, null);
        }

        private Completion chunk(
                int index,
                Completion.Delta delta,
                String text,
                Logprobs logprobs,
                String finishReason,
                GuidanceReport report) {
            Completion.Choice choice = new Completion.Choice(
                    index, null, chat() ? delta : null, chat() ? null : text, logprobs, finishReason);
            return completion(chunkObject, List.of(choice), null, report);
        }

        private Completion completion(
                String kind, List<Completion.Choice> choices, Usage usage, GuidanceReport report) {
            return new Completion(id, kind, created, model.name(), choices, fingerprint, usage, report);
        }

        private boolean chat() {
            return Endpoint.this == CHAT;
        }

        private Logprobs logprobs(int index, List<TokenLogprobs> entries) {
            if (chat()) {
                return Logprobs.ofChat(entries, model.tokenizer());
            }
            int before = written[index];
            written[index] += Logprobs.characters(entries, model.tokenizer());
            return Logprobs.ofText(entries, before, model.tokenizer());
        }
    }
}
