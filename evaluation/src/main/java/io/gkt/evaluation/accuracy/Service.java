package io.gkt.evaluation.accuracy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A running service, asked over HTTP. Nothing is tried twice. */
final class Service {

    /** Longer than the services themselves let a request take. */
    private static final Duration LONGEST_ANSWER = Duration.ofMinutes(3);

    private final URI url;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    Service(URI url) {
        this.url = url;
    }

    /** The service could be reached, and did not do what it was asked for. */
    static final class RefusedException extends IOException {

        RefusedException(String message) {
            super(message);
        }
    }

    /** Makes something of the lines of a response while they come. */
    interface Reading<T> {
        T read(Stream<String> lines) throws IOException;
    }

    /**
     * @throws RefusedException if the answer is an error or late
     * @throws IOException      if the service can't be reached or goes away
     */
    <T> T post(String path, String json, Reading<T> reading) throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(url.resolve(path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json)),
                reading);
    }

    /**
     * Asks how large its model is.
     *
     * @return the number of its weights; null if it does not say
     */
    Long parameters() throws IOException, InterruptedException {
        JsonNode models = send(
                HttpRequest.newBuilder(url.resolve("/v1/models")),
                lines -> JsonMapper.shared().readTree(lines.collect(Collectors.joining())));
        long parameters = models.path("data").path(0).path("parameters").asLong(0);
        return parameters > 0 ? parameters : null;
    }

    private <T> T send(HttpRequest.Builder request, Reading<T> reading) throws IOException, InterruptedException {
        try {
            HttpResponse<Stream<String>> response =
                    http.send(request.timeout(LONGEST_ANSWER).build(), BodyHandlers.ofLines());
            try (Stream<String> lines = response.body()) {
                if (response.statusCode() != 200) {
                    throw new RefusedException(
                            url + " answered " + response.statusCode() + ": " + lines.collect(Collectors.joining(" ")));
                }
                return reading.read(lines);
            }
        } catch (RefusedException e) {
            throw e;
        } catch (ConnectException e) {
            throw new IOException("Nothing listens at " + url + "; start it, for example with ./quickstart", e);
        } catch (HttpTimeoutException e) {
            throw new RefusedException(url + " did not answer within " + LONGEST_ANSWER.toMinutes() + " minutes");
        } catch (IOException | UncheckedIOException e) {
            throw new IOException("The connection to " + url + " broke off: " + e.getMessage(), e);
        }
    }
}
