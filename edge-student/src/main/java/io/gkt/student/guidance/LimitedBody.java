package io.gkt.student.guidance;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** Reads a body of a limited size; a larger one is an {@link IOException}. */
final class LimitedBody<T> implements BodySubscriber<T> {

    private final BodySubscriber<T> body;
    private final int limit;
    private Flow.Subscription subscription;
    private int received;

    /**
     * @param body  makes something of the bytes
     * @param limit most bytes
     */
    LimitedBody(BodySubscriber<T> body, int limit) {
        this.body = body;
        this.limit = limit;
    }

    @Override
    public CompletionStage<T> getBody() {
        return body.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
        subscription = newSubscription;
        body.onSubscribe(newSubscription);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        received += buffers.stream().mapToInt(ByteBuffer::remaining).sum();
        if (received > limit) {
            subscription.cancel();
            body.onError(new IOException("the response is larger than " + limit + " bytes"));
        } else {
            body.onNext(buffers);
        }
    }

    @Override
    public void onError(Throwable failure) {
        body.onError(failure);
    }

    @Override
    public void onComplete() {
        body.onComplete();
    }
}
