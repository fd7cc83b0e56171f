package io.gkt.student.guidance;

import io.gkt.protocol.GuidanceApi;
import io.gkt.protocol.GuidanceResponse;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the teacher's stream: cleans its texts, passes them on as they come and puts them together. */
final class GuidanceEvents implements BodySubscriber<Supplier<GuidanceReply>> {

    private static final String DATA = "data:";

    private final String id;
    private final JsonMapper json;
    private final Consumer<String> pieces;
    private final CompletableFuture<Supplier<GuidanceReply>> body = new CompletableFuture<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final StringBuilder text = new StringBuilder();
    private Flow.Subscription subscription;
    private GuidanceResponse last;
    private int bytes;

    /**
     * @param id     the request's; events of another are an error
     * @param json   reads the protocol
     * @param pieces is told each text, none empty
     */
    GuidanceEvents(String id, JsonMapper json, Consumer<String> pieces) {
        this.id = id;
        this.json = json;
        this.pieces = pieces;
    }

    /** Throws {@link TeacherFailure} when asked for its value, if the stream was not what the protocol says. */
    @Override
    public CompletionStage<Supplier<GuidanceReply>> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
        subscription = newSubscription;
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            bytes += buffer.remaining();
            while (buffer.hasRemaining() && !body.isDone()) {
                byte next = buffer.get();
                if (next == '\n') {
                    read(line.toString(StandardCharsets.UTF_8));
                    line.reset();
                } else {
                    line.write(next);
                }
            }
        }
    }

    private void read(String received) {
        String data =
                received.startsWith(DATA) ? received.substring(DATA.length()).strip() : "";
        if (data.isEmpty() || data.equals(GuidanceApi.STREAM_END)) {
            return;
        }
        try {
            JsonNode event = json.readTree(data);
            if (event.has("error")) {
                fail(TeacherFailure.broken("its answer broke off"));
                return;
            }
            GuidanceResponse piece = json.treeToValue(event, GuidanceResponse.class);
            if (piece == null || !id.equals(piece.id())) {
                fail(TeacherFailure.broken("its answer is to another request"));
                return;
            }
            last = piece;
            String clean = piece.text() == null ? "" : GuidanceText.sanitise(piece.text(), Set.of());
            if (!clean.isEmpty()) {
                text.append(clean);
                pieces.accept(clean);
            }
        } catch (JacksonException e) {
            fail(TeacherFailure.broken(e));
        }
    }

    private void fail(TeacherFailure failure) {
        subscription.cancel();
        body.complete(() -> {
            throw failure;
        });
    }

    @Override
    public void onError(Throwable failure) {
        body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        GuidanceResponse whole = last == null
                ? null
                : new GuidanceResponse(
                        id, last.model(), text.toString(), last.finishReason(), last.usage(), last.timings());
        body.complete(() -> new GuidanceReply(whole, bytes));
    }
}
