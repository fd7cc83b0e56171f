package io.gkt.student.guidance;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.gkt.protocol.GuidanceApi;
import io.gkt.protocol.GuidanceRequest;
import io.gkt.protocol.GuidanceResponse;
import io.gkt.protocol.RetryAfter;
import io.gkt.service.Conversation;
import io.gkt.service.upstream.LimitedBody;
import io.gkt.service.upstream.ServerConnection;
import io.micrometer.observation.Observation;
import java.net.ConnectException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The cloud teacher, as far as it can be had: one or several replicas, which take turns and stand in for one another.
 * Asking it never fails and never takes longer than the question allows: what goes wrong is an outcome. The teacher is
 * not trusted: sizes are limited, ids checked, texts cleaned.
 */
public final class Teacher implements AutoCloseable {

    private static final int LARGEST_RESPONSE_BYTES = 1 << 20;
    /** Each token comes with the names of what is said about it. */
    private static final int LARGEST_STREAM_BYTES = 16 * LARGEST_RESPONSE_BYTES;

    private static final Duration RECONNECT = Duration.ofMillis(50);

    /** So many replicas may fail at one question: it may be what breaks them. */
    private static final int MOST_BROKEN = 2;

    private final List<TeacherReplica> replicas;
    private final AtomicInteger turn = new AtomicInteger();
    private final JsonMapper json;
    private final Retry retry;
    private final Bulkhead bulkhead;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "teacher-retry");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * @param replicas who may be asked; empty if there is no teacher
     * @param json     reads and writes the protocol
     * @param retry    asks all once more when none had begun
     * @param bulkhead limits calls at the same time
     */
    public Teacher(List<TeacherReplica> replicas, JsonMapper json, Retry retry, Bulkhead bulkhead) {
        this.replicas = List.copyOf(replicas);
        this.json = json;
        this.retry = retry;
        this.bulkhead = bulkhead;
    }

    /**
     * Tells a circuit breaker which calls say something about the teacher's health: refusals don't speak against it,
     * and calls that nobody waited for say nothing.
     *
     * @param config to be completed
     */
    public static void judgeHealth(CircuitBreakerConfig.Builder config) {
        config.recordException(failure -> !(unwrap(failure) instanceof TeacherFailure known) || known.teacherAtFault())
                .ignoreException(failure -> unwrap(failure) instanceof CancellationException);
    }

    /** @return asks once more, and only where the teacher has begun no work and the deadline allows it */
    public static RetryConfig oneRetry() {
        return RetryConfig.<Guidance>custom()
                .maxAttempts(2)
                .retryOnException(
                        failure -> unwrap(failure) instanceof TeacherFailure known && known.retryAfter() != null)
                .intervalBiFunction((attempt, result) ->
                        ((TeacherFailure) unwrap(result.getLeft())).retryAfter().toMillis())
                .build();
    }

    /** @return whether there is a teacher to ask */
    public boolean exists() {
        return !replicas.isEmpty();
    }

    /**
     * Asks for guidance.
     *
     * @param question what to answer, and how long there is
     * @return completes with the outcome, never with a failure, not long after the question's timeout; cancelling it
     *     tells the teacher to stop
     */
    public CompletableFuture<Guidance> ask(GuidanceQuestion question) {
        return exists() ? ask(new Call(question, null)) : CompletableFuture.completedFuture(Guidance.SKIPPED);
    }

    /**
     * Asks for guidance that is passed on while the teacher writes it. It may break off: the outcome then is one of
     * those without guidance, whatever has been passed on.
     *
     * @param question what to answer, and how long there is; the teacher's texts are not searched for special tokens
     * @param pieces   is told each text as it comes, none empty, on another thread; together they are the guidance
     * @return as {@link #ask(GuidanceQuestion)}, after the last piece
     */
    public CompletableFuture<Guidance> ask(GuidanceQuestion question, Consumer<String> pieces) {
        return exists() ? ask(new Call(question, pieces)) : CompletableFuture.completedFuture(Guidance.SKIPPED);
    }

    private CompletableFuture<Guidance> ask(Call call) {
        CompletableFuture<Guidance> result = new CompletableFuture<>();
        retry.executeCompletionStage(
                        timer,
                        () -> bulkhead.executeCompletionStage(
                                () -> askInTurn(call, inTurn(call).iterator(), null)))
                .whenComplete((guidance, failure) ->
                        result.complete(failure == null ? guidance : call.fallBack(unwrap(failure))));
        result.whenComplete((guidance, failure) -> {
            if (result.isCancelled()) {
                call.abandon();
            }
        });
        return result;
    }

    private List<TeacherReplica> inTurn(Call call) {
        List<TeacherReplica> order = new ArrayList<>(replicas);
        Collections.rotate(order, -Math.floorMod(turn.getAndIncrement(), order.size()));
        order.removeAll(call.broken);
        return order;
    }

    /**
     * @param rest who is left to be asked
     * @param before what is most worth telling of those who were asked; null if none was
     */
    private static CompletionStage<Guidance> askInTurn(Call call, Iterator<TeacherReplica> rest, Throwable before) {
        if (!rest.hasNext()) {
            return CompletableFuture.failedFuture(before);
        }
        TeacherReplica replica = rest.next();
        return call.send(replica).exceptionallyCompose(wrapped -> {
            Throwable failure = unwrap(wrapped);
            return call.mayGoElsewhere(replica, failure)
                    ? askInTurn(call, rest, worthTelling(before, failure))
                    : CompletableFuture.failedFuture(failure);
        });
    }

    /** What can be waited for, then what went wrong with a call, then why none was made. */
    private static Throwable worthTelling(Throwable before, Throwable failure) {
        if (before == null || before instanceof CallNotPermittedException) {
            return failure;
        }
        if (failure instanceof TeacherFailure later && later.retryAfter() != null) {
            return before instanceof TeacherFailure earlier
                            && earlier.retryAfter() != null
                            && earlier.retryAfter().compareTo(later.retryAfter()) < 0
                    ? before
                    : failure;
        }
        boolean waitable = before instanceof TeacherFailure earlier && earlier.retryAfter() != null;
        return waitable || failure instanceof CallNotPermittedException ? before : failure;
    }

    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** One question, sent to one replica after the other. */
    private final class Call {

        private record Exchange(ServerConnection connection, CompletableFuture<?> response) {}

        private final String id = UUID.randomUUID().toString();
        private final long started = System.nanoTime();
        private final GuidanceQuestion question;
        private final Consumer<String> pieces;
        /** A second try is sent by another thread, which would not know of it. */
        private final Observation asker =
                replicas.get(0).connection().observations().getCurrentObservation();

        private final String operation;
        private final byte[] body;
        private final Set<TeacherReplica> broken = ConcurrentHashMap.newKeySet();
        private final AtomicReference<Exchange> exchange = new AtomicReference<>();
        private volatile boolean abandoned;
        /** Whether pieces have been told. */
        private volatile boolean begun;

        /** @param pieces is told texts as they come; null waits for the whole */
        Call(GuidanceQuestion question, Consumer<String> pieces) {
            this.question = question;
            this.pieces = pieces;
            Conversation conversation = question.conversation();
            this.operation = conversation == null ? "text_completion" : "chat";
            this.body = json.writeValueAsBytes(new GuidanceRequest(
                    id,
                    null,
                    conversation == null ? null : conversation.messages(),
                    conversation == null ? null : conversation.continueFinalMessage(),
                    question.prompt(),
                    question.maxTokens(),
                    question.stop(),
                    question.sampling(),
                    pieces == null ? null : true));
        }

        private Duration elapsed() {
            return Duration.ofNanos(System.nanoTime() - started);
        }

        private Duration remaining() {
            return question.timeout().minus(elapsed());
        }

        CompletionStage<Guidance> send(TeacherReplica replica) {
            long millis = remaining().toMillis();
            if (millis <= 0) {
                return CompletableFuture.failedFuture(new TimeoutException());
            }
            return replica.call(Duration.ofMillis(millis), () -> send(replica, millis));
        }

        private CompletionStage<Guidance> send(TeacherReplica replica, long millis) {
            ServerConnection connection = replica.connection();
            HttpRequest.Builder request = connection
                    .request(GuidanceApi.PATH)
                    .header("Content-Type", "application/json")
                    .header(GuidanceApi.DEADLINE_HEADER, Long.toString(millis))
                    .POST(BodyPublishers.ofByteArray(body));
            CompletableFuture<HttpResponse<Supplier<GuidanceReply>>> sent = connection.ask(
                    request, operation, asker, info -> info.statusCode() == 200 && pieces != null ? events() : whole());
            exchange.set(new Exchange(connection, sent));
            if (abandoned) {
                abandon();
            }
            // Not the request's own timeout: an exchange that it has ended can no longer be told from one that failed.
            return sent.copy()
                    .orTimeout(millis, TimeUnit.MILLISECONDS)
                    .whenComplete((response, failure) -> {
                        if (failure != null && TeacherFailure.isTimeout(unwrap(failure))) {
                            abandon();
                        }
                    })
                    .handle((response, failure) -> {
                        if (failure != null) {
                            throw failed(unwrap(failure));
                        }
                        return read(response, replica);
                    });
        }

        private BodySubscriber<Supplier<GuidanceReply>> whole() {
            return new LimitedBody<>(
                    BodySubscribers.mapping(BodySubscribers.ofByteArray(), bytes -> () -> parse(bytes)),
                    LARGEST_RESPONSE_BYTES);
        }

        private BodySubscriber<Supplier<GuidanceReply>> events() {
            return new LimitedBody<>(
                    new GuidanceEvents(id, json, text -> {
                        begun = true;
                        pieces.accept(text);
                    }),
                    LARGEST_STREAM_BYTES);
        }

        private GuidanceReply parse(byte[] bytes) {
            try {
                return new GuidanceReply(json.readValue(bytes, GuidanceResponse.class), bytes.length);
            } catch (JacksonException e) {
                throw TeacherFailure.broken(e);
            }
        }

        /** Whether another replica may do better: this one is at fault or busy, nothing was told, and there is time. */
        boolean mayGoElsewhere(TeacherReplica replica, Throwable failure) {
            if (abandoned || begun || TeacherFailure.isTimeout(failure) || failure instanceof CancellationException) {
                return false;
            }
            boolean untouched = failure instanceof CallNotPermittedException
                    || failure instanceof TeacherFailure known && known.tookNoWork();
            if (untouched) {
                return true;
            }
            broken.add(replica);
            return broken.size() < MOST_BROKEN && !(failure instanceof TeacherFailure known && !known.teacherAtFault());
        }

        private CompletionException failed(Throwable failure) {
            return new CompletionException(
                    failure instanceof ConnectException
                                    && !TeacherFailure.isTimeout(failure)
                                    && RECONNECT.compareTo(remaining()) < 0
                            ? TeacherFailure.unreachable(failure, RECONNECT)
                            : failure);
        }

        private Guidance read(HttpResponse<Supplier<GuidanceReply>> response, TeacherReplica replica) {
            int status = response.statusCode();
            if (status == 429 || status == 503) {
                Duration retryAfter = RetryAfter.of(response.headers()).orElse(null);
                // A lonely teacher has nobody to stand in for it, and may have room again any moment.
                if (retryAfter != null && replicas.size() > 1) {
                    replica.rest(retryAfter);
                }
                boolean inTime = retryAfter != null
                        && RetryAfter.welcome(response.headers())
                        && retryAfter.compareTo(remaining()) < 0;
                throw TeacherFailure.busy(status, inTime ? retryAfter : null);
            }
            if (status >= 400 && status < 500) {
                throw TeacherFailure.refused(status);
            }
            if (status != 200) {
                throw TeacherFailure.broken("it answered " + status);
            }
            GuidanceReply reply = response.body().get();
            GuidanceResponse answer = reply.response();
            if (answer == null || !id.equals(answer.id())) {
                throw TeacherFailure.broken("its answer is to another request");
            }
            boolean complete = "stop".equals(answer.finishReason());
            if (answer.text() == null || !(complete || "length".equals(answer.finishReason()))) {
                throw TeacherFailure.broken("its answer lacks a text or a finish_reason");
            }
            String text = GuidanceText.sanitise(answer.text(), pieces == null ? question.specialTokens() : Set.of());
            GuidanceOutcome outcome =
                    text.isBlank() ? GuidanceOutcome.EMPTY : complete ? GuidanceOutcome.COMPLETE : GuidanceOutcome.USED;
            return new Guidance(
                    outcome,
                    text,
                    complete,
                    answer.model(),
                    answer.usage(),
                    answer.timings(),
                    body.length,
                    reply.bytes(),
                    elapsed());
        }

        Guidance fallBack(Throwable failure) {
            GuidanceOutcome outcome;
            if (failure instanceof TeacherFailure known) {
                outcome = known.outcome();
            } else if (failure instanceof CallNotPermittedException) {
                outcome = GuidanceOutcome.FALLBACK_CIRCUIT_OPEN;
            } else if (failure instanceof BulkheadFullException) {
                outcome = GuidanceOutcome.FALLBACK_REJECTED;
            } else if (TeacherFailure.isTimeout(failure)) {
                outcome = GuidanceOutcome.FALLBACK_TIMEOUT;
            } else {
                outcome = GuidanceOutcome.FALLBACK_ERROR;
            }
            return Guidance.without(outcome, elapsed());
        }

        /** Frees the connection, and the teacher's work if it has begun. */
        void abandon() {
            abandoned = true;
            Exchange current = exchange.get();
            if (current != null && current.response().cancel(true)) {
                ServerConnection connection = current.connection();
                connection
                        .http()
                        .get()
                        .sendAsync(
                                connection
                                        .request(GuidanceApi.PATH + "/" + id)
                                        .timeout(Duration.ofSeconds(1))
                                        .DELETE()
                                        .build(),
                                BodyHandlers.discarding());
            }
        }
    }

    /** Stops retries; questions under way end by their timeouts. */
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
