package io.gkt.service.upstream;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * Reads a body of a limited size; a larger one is an {@link IOException}.
 *
 * @param <T> what it is read as
 */
public final class LimitedBody<T> implements BodySubscriber<T> {

    private final BodySubscriber<T> reader;
    private final int limit;
    private Flow.Subscription subscription;
    private long received;

    /**
     * @param reader makes something of it
     * @param limit  most bytes
     */
    public LimitedBody(BodySubscriber<T> reader, int limit) {
        this.reader = reader;
        this.limit = limit;
    }

    /**
     * @param limit most bytes
     * @return reads it as bytes
     */
    public static LimitedBody<byte[]> bytes(int limit) {
        return new LimitedBody<>(BodySubscribers.ofByteArray(), limit);
    }

    @Override
    public CompletionStage<T> getBody() {
        return reader.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
        subscription = newSubscription;
        reader.onSubscribe(newSubscription);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        received += buffers.stream().mapToInt(ByteBuffer::remaining).sum();
        if (received > limit) {
            subscription.cancel();
            reader.onError(new IOException("the response is larger than " + limit + " bytes"));
        } else {
            reader.onNext(buffers);
        }
    }

    @Override
    public void onError(Throwable failure) {
        reader.onError(failure);
    }

    @Override
    public void onComplete() {
        reader.onComplete();
    }
}
