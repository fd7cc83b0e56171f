package io.gkt.student.guidance;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.gkt.protocol.GuidanceApi;
import io.gkt.protocol.GuidanceRequest;
import io.gkt.protocol.GuidanceResponse;
import io.gkt.service.Conversation;
import io.micrometer.observation.Observation;
import java.net.ConnectException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The cloud teacher, as far as it can be had. Asking it never fails and never takes longer than the question allows:
 * what goes wrong is an outcome. The teacher is not trusted: sizes are limited, ids checked, texts cleaned.
 */
public final class Teacher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Teacher.class);
    private static final int LARGEST_RESPONSE_BYTES = 1 << 20;
    /** Each token comes with the names of what is said about it. */
    private static final int LARGEST_STREAM_BYTES = 16 * LARGEST_RESPONSE_BYTES;

    private static final Duration RECONNECT = Duration.ofMillis(50);

    private final TeacherConnection connection;
    private final JsonMapper json;
    private final CircuitBreaker circuitBreaker;
    private final Retry retry;
    private final Bulkhead bulkhead;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "teacher-retry");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * @param connection     how it is reached
     * @param json           reads and writes the protocol
     * @param circuitBreaker leaves a teacher alone that keeps failing
     * @param retry          asks once more when no work had begun
     * @param bulkhead       limits calls at the same time
     */
    public Teacher(
            TeacherConnection connection,
            JsonMapper json,
            CircuitBreaker circuitBreaker,
            Retry retry,
            Bulkhead bulkhead) {
        this.connection = connection;
        this.json = json;
        this.circuitBreaker = circuitBreaker;
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
        return connection.url() != null;
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
                        () -> bulkhead.executeCompletionStage(() -> circuitBreaker.executeCompletionStage(call::send)))
                .whenComplete((guidance, failure) ->
                        result.complete(failure == null ? guidance : call.fallBack(unwrap(failure))));
        result.whenComplete((guidance, failure) -> {
            if (result.isCancelled()) {
                call.abandon();
            }
        });
        return result;
    }

    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** One question, sent once or twice. */
    private final class Call {

        private final String id = UUID.randomUUID().toString();
        private final long started = System.nanoTime();
        private final GuidanceQuestion question;
        private final Consumer<String> pieces;
        /** A second try is sent by another thread, which would not know of it. */
        private final Observation asker = connection.observations().getCurrentObservation();

        private final String operation;
        private final byte[] body;
        private final AtomicReference<CompletableFuture<?>> exchange = new AtomicReference<>();

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

        CompletableFuture<Guidance> send() {
            long millis = remaining().toMillis();
            if (millis <= 0) {
                return CompletableFuture.failedFuture(new TimeoutException());
            }
            HttpRequest.Builder request = connection
                    .request(GuidanceApi.PATH)
                    .header("Content-Type", "application/json")
                    .header(GuidanceApi.DEADLINE_HEADER, Long.toString(millis))
                    .POST(BodyPublishers.ofByteArray(body));
            CompletableFuture<HttpResponse<Supplier<GuidanceReply>>> sent = connection.ask(
                    request, operation, asker, info -> info.statusCode() == 200 && pieces != null ? events() : whole());
            exchange.set(sent);
            // Not the request's own timeout: an exchange that it has ended can no longer be told from one that failed.
            return sent.copy()
                    .orTimeout(millis, TimeUnit.MILLISECONDS)
                    .whenComplete((response, failure) -> {
                        if (failure != null && isTimeout(unwrap(failure))) {
                            abandon();
                        }
                    })
                    .handle((response, failure) -> {
                        if (failure != null) {
                            throw failed(unwrap(failure));
                        }
                        return read(response);
                    });
        }

        private BodySubscriber<Supplier<GuidanceReply>> whole() {
            return new LimitedBody<>(
                    BodySubscribers.mapping(BodySubscribers.ofByteArray(), bytes -> () -> parse(bytes)),
                    LARGEST_RESPONSE_BYTES);
        }

        private BodySubscriber<Supplier<GuidanceReply>> events() {
            return new LimitedBody<>(new GuidanceEvents(id, json, pieces), LARGEST_STREAM_BYTES);
        }

        private GuidanceReply parse(byte[] bytes) {
            try {
                return new GuidanceReply(json.readValue(bytes, GuidanceResponse.class), bytes.length);
            } catch (JacksonException e) {
                throw TeacherFailure.broken("its answer is not the protocol's JSON: " + e.getOriginalMessage());
            }
        }

        private CompletionException failed(Throwable failure) {
            return new CompletionException(
                    failure instanceof ConnectException && !isTimeout(failure) && RECONNECT.compareTo(remaining()) < 0
                            ? TeacherFailure.unreachable(failure.getMessage(), RECONNECT)
                            : failure);
        }

        private Guidance read(HttpResponse<Supplier<GuidanceReply>> response) {
            int status = response.statusCode();
            if (status == 429 || status == 503) {
                throw TeacherFailure.busy(status, retryAfter(response));
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

        /** When to ask again, as the teacher says; null if that is too late or not said in whole seconds. */
        private Duration retryAfter(HttpResponse<?> response) {
            try {
                long seconds =
                        response.headers().firstValueAsLong("Retry-After").orElse(-1);
                Duration delay = Duration.ofSeconds(seconds);
                return seconds >= 0 && delay.compareTo(remaining()) < 0 ? delay : null;
            } catch (NumberFormatException | ArithmeticException e) {
                return null;
            }
        }

        Guidance fallBack(Throwable failure) {
            GuidanceOutcome outcome;
            if (failure instanceof TeacherFailure known) {
                outcome = known.outcome();
            } else if (failure instanceof CallNotPermittedException) {
                outcome = GuidanceOutcome.FALLBACK_CIRCUIT_OPEN;
            } else if (failure instanceof BulkheadFullException) {
                outcome = GuidanceOutcome.FALLBACK_REJECTED;
            } else if (isTimeout(failure)) {
                outcome = GuidanceOutcome.FALLBACK_TIMEOUT;
            } else {
                outcome = GuidanceOutcome.FALLBACK_ERROR;
            }
            LOG.debug("No guidance for {}: {}", id, failure.toString());
            return Guidance.without(outcome, elapsed());
        }

        /** Frees the connection, and the teacher's work if it has begun. */
        void abandon() {
            CompletableFuture<?> sent = exchange.get();
            if (sent != null && sent.cancel(true)) {
                connection
                        .http()
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

    private static boolean isTimeout(Throwable failure) {
        return failure instanceof TimeoutException || failure instanceof HttpTimeoutException;
    }

    /** Stops retries; questions under way end by their timeouts. */
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
