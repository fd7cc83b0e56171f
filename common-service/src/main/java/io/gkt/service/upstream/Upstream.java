package io.gkt.service.upstream;

import io.gkt.inference.generation.FinishReason;
import io.gkt.protocol.RetryAfter;
import io.gkt.protocol.Usage;
import io.gkt.service.ApiException;
import io.micrometer.observation.ObservationRegistry;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundles;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A server with OpenAI's API: vLLM, SGLang, TGI, llama.cpp, a hosted one. Answers are streamed, so that closing the
 * connection ends the server's work. It is not trusted: sizes are limited, and what it says of its errors is shortened.
 */
public final class Upstream {

    private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);
    private static final int LARGEST_ANSWER_BYTES = 64 << 20;
    private static final int LARGEST_ERROR_BYTES = 1 << 16;
    private static final int LONGEST_MESSAGE = 500;

    private final ServerConnection connection;
    private final String model;
    private final JsonMapper json = JsonMapper.shared();

    /**
     * @param settings   how it is reached
     * @param prefix     of the settings' names
     * @param sslBundles certificates by name
     * @param observations hears of each request
     */
    public Upstream(UpstreamSettings settings, String prefix, SslBundles sslBundles, ObservationRegistry observations) {
        this(
                new ServerConnection(
                        "upstream",
                        URI.create(settings.url().toString().replaceFirst("/v1/*$", "")),
                        settings.key(prefix),
                        ServerConnection.client(settings.connectTimeout(), settings.sslBundle(), sslBundles),
                        observations),
                settings.model());
    }

    Upstream(ServerConnection connection, String model) {
        this.connection = connection;
        this.model = model;
    }

    /** @return its name for the model */
    public String model() {
        return model;
    }

    /** @return whether it answers {@code GET /v1/models} now; waits for two seconds at most */
    boolean isThere() {
        try {
            return connection
                            .http()
                            .get()
                            .send(
                                    connection
                                            .request("/v1/models")
                                            .timeout(PROBE_TIMEOUT)
                                            .build(),
                                    info -> LimitedBody.bytes(LARGEST_ERROR_BYTES))
                            .statusCode()
                    == 200;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (Exception e) {
            LOG.debug("{} is not there", connection, e);
            return false;
        }
    }

    /**
     * Has an answer generated.
     *
     * @param request  what to generate
     * @param limit    longest time for all of it
     * @param listener told what becomes of it, on another thread
     * @return ends it when cancelled; then the listener is told nothing more
     */
    public Exchange generate(UpstreamRequest request, Duration limit, UpstreamListener listener) {
        Exchange exchange = new Exchange(listener);
        exchange.send(request, limit);
        return exchange;
    }

    /** One answer in the making. */
    public final class Exchange {

        private final UpstreamListener listener;
        private volatile CompletableFuture<HttpResponse<byte[]>> sent;
        private volatile Flow.Subscription lines;
        private boolean over;
        private FinishReason reason;
        private Usage usage;

        private Exchange(UpstreamListener listener) {
            this.listener = listener;
        }

        private void send(UpstreamRequest request, Duration limit) {
            sent = connection.ask(
                    connection
                            .request(request.path())
                            .header("Content-Type", "application/json")
                            .header("Accept", "text/event-stream")
                            .POST(BodyPublishers.ofByteArray(json.writeValueAsBytes(request))),
                    request.operation(),
                    connection.observations().getCurrentObservation(),
                    this::reader);
            sent.copy()
                    .orTimeout(Math.max(1, limit.toMillis()), TimeUnit.MILLISECONDS)
                    .whenComplete((response, failure) -> {
                        if (failure != null) {
                            fail(broken(failure, limit));
                            disconnect();
                        } else if (response.statusCode() != 200) {
                            fail(refused(response));
                        } else {
                            end();
                        }
                    });
        }

        private BodySubscriber<byte[]> reader(HttpResponse.ResponseInfo info) {
            boolean streams =
                    info.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream");
            if (info.statusCode() != 200 || !streams) {
                return LimitedBody.bytes(LARGEST_ERROR_BYTES);
            }
            return new LimitedBody<>(
                    BodySubscribers.fromLineSubscriber(
                            new Lines(), finished -> new byte[0], StandardCharsets.UTF_8, null),
                    LARGEST_ANSWER_BYTES);
        }

        private final class Lines implements Flow.Subscriber<String> {

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                lines = subscription;
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(String line) {
                String data = line.startsWith("data:")
                        ? line.substring("data:".length()).strip()
                        : "";
                if (!data.isEmpty() && !data.equals("[DONE]")) {
                    event(data);
                }
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onComplete() {}
        }

        private synchronized void event(String data) {
            if (over) {
                return;
            }
            try {
                JsonNode event = json.readTree(data);
                if (event.hasNonNull("error")) {
                    fail(ApiException.badGateway("broke off: " + message(event)));
                    disconnect();
                    return;
                }
                JsonNode choice = event.path("choices").path(0);
                String text = choice.has("delta")
                        ? choice.path("delta").path("content").asString("")
                        : choice.path("text").asString("");
                if (event.path("usage").isObject()) {
                    usage = usage(event.path("usage"));
                }
                if (!text.isEmpty()) {
                    listener.piece(text);
                }
                String finish = choice.path("finish_reason").asString("");
                if (!finish.isEmpty()) {
                    reason = reason(finish);
                }
            } catch (JacksonException e) {
                fail(ApiException.badGateway("said something that is no JSON."));
                disconnect();
            } catch (ApiException e) {
                fail(e);
                disconnect();
            }
        }

        private synchronized void end() {
            if (reason == null) {
                fail(ApiException.badGateway("ended without saying why, or answered without streaming."));
            } else if (!over) {
                over = true;
                listener.finished(reason, usage);
            }
        }

        private synchronized void fail(ApiException error) {
            if (!over) {
                over = true;
                listener.failed(error);
            }
        }

        /** Closes the connection, which ends the server's work. The listener is told nothing more. */
        public void cancel() {
            synchronized (this) {
                over = true;
            }
            disconnect();
        }

        private void disconnect() {
            if (lines != null) {
                lines.cancel();
            }
            CompletableFuture<?> response = sent;
            if (response != null) {
                response.cancel(true);
            }
        }
    }

    /** Those of old versions of TGI as well. */
    private static FinishReason reason(String name) {
        return switch (name) {
            case "stop", "eos_token", "stop_sequence" -> FinishReason.STOP;
            case "length" -> FinishReason.LENGTH;
            default -> throw ApiException.badGateway("ended with the finish_reason '" + shortened(name) + "'.");
        };
    }

    private static Usage usage(JsonNode usage) {
        return Usage.of(
                usage.path("prompt_tokens").asInt(0),
                usage.path("completion_tokens").asInt(0),
                usage.path("prompt_tokens_details").path("cached_tokens").asInt(0));
    }

    private ApiException broken(Throwable wrapped, Duration limit) {
        Throwable failure = wrapped instanceof CompletionException ? wrapped.getCause() : wrapped;
        if (failure instanceof ApiException known) {
            return known;
        }
        if (failure instanceof TimeoutException || failure instanceof CancellationException) {
            return ApiException.deadlineExceeded(
                    "The deadline of " + limit.toMillis() + " ms passed before the answer was complete.");
        }
        LOG.warn("{} failed: {}", connection, failure.toString());
        return failure instanceof HttpTimeoutException || failure instanceof ConnectException
                ? ApiException.unavailable("The server behind this one can't be reached.", RETRY_AFTER)
                : ApiException.badGateway("broke off.");
    }

    private ApiException refused(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        String said = said(response.body());
        // What it said is for the client alone: it may quote the prompt.
        LOG.warn("{} answered {}", connection, status);
        Duration retryAfter = RetryAfter.of(response.headers()).orElse(RETRY_AFTER);
        return switch (status) {
            case 429 -> ApiException.queueFull(retryAfter);
            case 503 -> ApiException.unavailable("The server behind this one is not ready.", retryAfter);
            case 400, 413, 422 ->
                said.matches("(?is).*(context|maximum model) (length|size|window).*|.*exceed_context.*")
                        ? ApiException.contextLengthExceeded(null, "The server behind this one says: " + said)
                        : ApiException.invalid(null, "The server behind this one says: " + said);
            case 401, 403 -> ApiException.badGateway("does not accept this one's key.");
            case 404 -> ApiException.badGateway("has no such model or endpoint.");
            default -> ApiException.badGateway("answered " + status + ".");
        };
    }

    private String said(byte[] body) {
        try {
            return message(json.readTree(body));
        } catch (JacksonException e) {
            return shortened(new String(body, StandardCharsets.UTF_8));
        }
    }

    /** OpenAI's shape, vLLM's older one, or TGI's. */
    private static String message(JsonNode body) {
        JsonNode error = body.path("error");
        String type = error.path("type").asString("");
        String message = error.path("message")
                .asString(error.asString(body.path("message").asString("no reason")));
        return shortened(type.startsWith("exceed_") ? message + " (" + type + ")" : message);
    }

    private static String shortened(String text) {
        String line = text.replaceAll("\\s+", " ").strip();
        return line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE) + "...";
    }
}
