package io.gkt.student.guidance;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.RequestReplySenderContext;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.util.concurrent.CompletableFuture;

/**
 * How the teacher is reached.
 *
 * @param url          where it listens, such as {@code http://teacher:8090}
 * @param apiKey       what it knows this edge by; null if it asks for none
 * @param http         speaks HTTP/1.1: its offer to upgrade makes some servers lose the body
 * @param observations hears of each question, times it and lets its trace go on at the teacher
 */
public record TeacherConnection(URI url, String apiKey, HttpClient http, ObservationRegistry observations) {

    HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url.resolve(path));
        return apiKey == null ? request : request.header("Authorization", "Bearer " + apiKey);
    }

    /**
     * Asks, under OpenTelemetry's name for a client's call to a model. Micrometer's own wrapper of the HTTP client would
     * return a future whose cancellation does not reach the exchange.
     *
     * @param question  to be sent; gets the header {@code traceparent} if there is a trace
     * @param operation {@code chat} or {@code text_completion}
     * @param parent    what this is a part of; may be null
     * @param reader    reads the answer
     * @return cancelling it closes the connection
     */
    <T> CompletableFuture<HttpResponse<T>> ask(
            HttpRequest.Builder question, String operation, Observation parent, BodyHandler<T> reader) {
        RequestReplySenderContext<HttpRequest.Builder, HttpResponse<T>> context =
                new RequestReplySenderContext<>((request, name, value) -> request.setHeader(name, value));
        context.setCarrier(question);
        context.setRemoteServiceName("cloud-teacher");
        context.setRemoteServiceAddress(url.toString());
        Observation asking = Observation.createNotStarted(
                        "gen_ai.client.operation.duration", () -> context, observations)
                .contextualName("ask teacher")
                .lowCardinalityKeyValue(KeyValue.of("gen_ai.provider.name", "gkt"))
                .lowCardinalityKeyValue(KeyValue.of("gen_ai.operation.name", operation))
                .parentObservation(parent)
                .start();
        CompletableFuture<HttpResponse<T>> answer = http.sendAsync(question.build(), reader);
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
        return "TeacherConnection[" + url + "]";
    }
}
