package io.gkt.service.upstream;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.RequestReplySenderContext;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/**
 * How another server that generates text is reached.
 *
 * @param role         what it is to this one, such as {@code teacher}
 * @param url          where it listens, such as {@code http://teacher:8090}; paths are appended to it
 * @param apiKey       what it knows this one by; null if it asks for none
 * @param http         speaks HTTP/1.1: its offer to upgrade makes some servers lose the body; each exchange asks for it
 *                     anew, as certificates are renewed
 * @param observations hears of each question, times it and lets its trace go on at the server
 */
public record ServerConnection(
        String role, URI url, String apiKey, Supplier<HttpClient> http, ObservationRegistry observations) {

    /**
     * @param connectTimeout longest wait for a connection
     * @param sslBundle      name of the bundle with the certificates that the server is trusted by, and this one's own;
     *                       null trusts what Java trusts
     * @param sslBundles     where it is
     * @return what all connections of one kind share; another one once the bundle has been renewed
     */
    public static Supplier<HttpClient> client(Duration connectTimeout, String sslBundle, SslBundles sslBundles) {
        if (sslBundle == null) {
            HttpClient only = builder(connectTimeout).build();
            return () -> only;
        }
        AtomicReference<HttpClient> newest =
                new AtomicReference<>(client(connectTimeout, sslBundles.getBundle(sslBundle)));
        sslBundles.addBundleUpdateHandler(sslBundle, renewed -> newest.set(client(connectTimeout, renewed)));
        return newest::get;
    }

    private static HttpClient client(Duration connectTimeout, SslBundle bundle) {
        return builder(connectTimeout).sslContext(bundle.createSslContext()).build();
    }

    private static HttpClient.Builder builder(Duration connectTimeout) {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(connectTimeout);
    }

    /**
     * @param path begins with a slash
     * @return a request for it, with the key
     */
    public HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url.toString().replaceFirst("/+$", "") + path));
        return apiKey == null ? request : request.header("Authorization", "Bearer " + apiKey);
    }

    /**
     * Asks, under OpenTelemetry's name for a client's call to a model. Micrometer's own wrapper of the HTTP client would
     * return a future whose cancellation does not reach the exchange.
     *
     * @param <T>       what the answer is read as
     * @param question  to be sent; gets the header {@code traceparent} if there is a trace
     * @param operation {@code chat} or {@code text_completion}
     * @param parent    what this is a part of; may be null
     * @param reader    reads the answer
     * @return cancelling it closes the connection
     */
    public <T> CompletableFuture<HttpResponse<T>> ask(
            HttpRequest.Builder question, String operation, Observation parent, BodyHandler<T> reader) {
        RequestReplySenderContext<HttpRequest.Builder, HttpResponse<T>> context =
                new RequestReplySenderContext<>((request, name, value) -> request.setHeader(name, value));
        context.setCarrier(question);
        context.setRemoteServiceName(role);
        context.setRemoteServiceAddress(url.toString());
        Observation asking = Observation.createNotStarted(
                        "gen_ai.client.operation.duration", () -> context, observations)
                .contextualName("ask " + role)
                .lowCardinalityKeyValue(KeyValue.of("gen_ai.provider.name", "gkt"))
                .lowCardinalityKeyValue(KeyValue.of("gen_ai.operation.name", operation))
                .parentObservation(parent)
                .start();
        CompletableFuture<HttpResponse<T>> answer = http.get().sendAsync(question.build(), reader);
        answer.whenComplete((response, failure) -> {
            context.setResponse(response);
            asking.lowCardinalityKeyValue("error.type", errorType(response, failure));
            if (failure != null) {
                asking.error(failure);
            }
            asking.stop();
        });
        return answer;
    }

    private static String errorType(HttpResponse<?> response, Throwable failure) {
        if (failure != null) {
            return failure.getClass().getSimpleName();
        }
        return response.statusCode() == 200 ? "none" : Integer.toString(response.statusCode());
    }

    /** Without the key: it is nobody's business. */
    @Override
    public String toString() {
        return "the " + role + " at " + url;
    }
}
