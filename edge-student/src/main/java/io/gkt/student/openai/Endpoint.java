package io.gkt.student.openai;

import io.gkt.protocol.Usage;
import io.gkt.student.generation.Answer;
import io.gkt.student.generation.Author;
import java.time.Instant;
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

    Writing begin(String model) {
        return new Writing(
                idPrefix + UUID.randomUUID().toString().replace("-", ""),
                Instant.now().getEpochSecond(),
                model);
    }

    /** One answer's constant part. */
    final class Writing {

        private final String id;
        private final long created;
        private final String model;

        private Writing(String id, long created, String model) {
            this.id = id;
            this.created = created;
            this.model = model;
        }

        Completion whole(Answer answer) {
            boolean chat = Endpoint.this == CHAT;
            return new Completion(
                    id,
                    object,
                    created,
                    model,
                    List.of(new Completion.Choice(
                            0,
                            chat ? new Completion.Message("assistant", answer.text(), null) : null,
                            null,
                            chat ? null : answer.text(),
                            null,
                            answer.finishReason())),
                    answer.usage(),
                    GuidanceReport.of(answer));
        }

        Completion opening() {
            return chunk(new Completion.Delta("assistant", ""), "", null, null);
        }

        Completion piece(Author author, String text) {
            return chunk(new Completion.Delta(null, text), text, null, GuidanceReport.by(author));
        }

        Completion ending(Answer answer) {
            return chunk(new Completion.Delta(null, null), "", answer.finishReason(), GuidanceReport.of(answer));
        }

        Completion usage(Usage usage) {
            return new Completion(id, chunkObject, created, model, List.of(), usage, null);
        }

        private Completion chunk(Completion.Delta delta, String text, String finishReason, GuidanceReport report) {
            boolean chat = Endpoint.this == CHAT;
            Completion.Choice choice =
                    new Completion.Choice(0, null, chat ? delta : null, chat ? null : text, null, finishReason);
            return new Completion(id, chunkObject, created, model, List.of(choice), null, report);
        }
    }
}
