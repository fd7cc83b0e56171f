package io.gkt.benchmark.soak;

import io.gkt.protocol.GuidanceApi;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks what is to be asked, and sees whether what comes back is what was promised. Thread-safe. */
final class Visits implements AutoCloseable {

    /** Longer than any service may take. */
    private static final Duration SILENCE = Duration.ofSeconds(90);

    private final Pair pair;
    private final Promises promises;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Standstills standstills = new Standstills();

    Visits(Pair pair, Promises promises) {
        this.pair = pair;
        this.promises = promises;
    }

    /** Returns once the client is done. */
    Fate visit(Ask ask) throws InterruptedException {
        Mortal service = ask.ofTeacher() ? pair.teacher() : pair.edge();
        int then = service.now();
        int stood = standstills.count();
        try {
            HttpRequest request = ask.at(service.process().url());
            return ask.departure() == null ? stay(ask, request) : leave(ask, request, service);
        } catch (BrokenPromise e) {
            return service.diedSince(then) ? Fate.CUT : broken(e.getMessage(), ask);
        } catch (ExecutionException | IOException | TimeoutException e) {
            if (service.diedSince(then)) {
                return Fate.CUT;
            }
            return standstills.count() != stood ? Fate.UNTOLD : broken("no answer, but " + e, ask);
        }
    }

    private Fate broken(String what, Ask ask) {
        promises.broken(what + "; asked: " + ask);
        return Fate.BROKEN;
    }

    @Override
    public void close() {
        standstills.close();
    }

    /** The text of an answer that must come. */
    String text(Ask ask) throws IOException, InterruptedException {
        URI service = (ask.ofTeacher() ? pair.teacher() : pair.edge()).process().url();
        HttpResponse<String> response = http.send(ask.at(service), BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(ask + " was answered with " + response.statusCode() + ": " + response.body());
        }
        Answer answer = Answer.whole(response.body(), 1);
        if (answer.alone()) {
            throw new IOException(ask + " was answered without the teacher, which nothing keeps from helping");
        }
        return answer.texts().get(0);
    }

    private Fate stay(Ask ask, HttpRequest request) throws ExecutionException, InterruptedException, TimeoutException {
        return fate(ask, http.sendAsync(request, BodyHandlers.ofString()).get(SILENCE.toSeconds(), TimeUnit.SECONDS));
    }

    private Fate leave(Ask ask, HttpRequest request, Mortal service)
            throws ExecutionException, IOException, InterruptedException {
        CompletableFuture<HttpResponse<InputStream>> response = http.sendAsync(request, BodyHandlers.ofInputStream());
        long left = System.nanoTime() + ask.departure().toNanos();
        try {
            try (InputStream body =
                    response.get(left - System.nanoTime(), TimeUnit.NANOSECONDS).body()) {
                body.read();
                TimeUnit.NANOSECONDS.sleep(left - System.nanoTime());
                callOff(ask, service);
            }
        } catch (TimeoutException e) {
            callOff(ask, service);
            response.cancel(true);
        }
        return Fate.LEFT;
    }

    private void callOff(Ask ask, Mortal service) throws IOException, InterruptedException {
        if (ask.callsOff()) {
            URI one = service.process()
                    .url()
                    .resolve(GuidanceApi.PATH + "/" + ask.body().get("id"));
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(one)
                            .header("Authorization", "Bearer " + ask.key())
                            .timeout(SILENCE)
                            .DELETE()
                            .build(),
                    BodyHandlers.ofString());
            int status = response.statusCode();
            if (status != 204 && status != 404 && status != 429) {
                throw new BrokenPromise("DELETE was answered with " + status + ": " + response.body());
            }
        }
    }

    private static Fate fate(Ask ask, HttpResponse<String> response) {
        int status = response.statusCode();
        if (!ask.statuses().contains(status)) {
            throw new BrokenPromise("status " + status + ": " + response.body());
        }
        if (status == 200) {
            return fate(ask, response.body());
        }
        checkError(parse(response.body()).path("error"), response.body());
        if (status == 429 || status == 503) {
            if (response.headers().firstValue("Retry-After").isEmpty()) {
                throw new BrokenPromise("status " + status + " without Retry-After");
            }
            return Fate.REFUSED;
        }
        return status < 499 ? Fate.REJECTED : Fate.FAILED;
    }

    private static Fate fate(Ask ask, String body) {
        Answer answer = ask.streams() ? Answer.stream(body, ask.choices()) : Answer.whole(body, ask.choices());
        if (answer.error() != null) {
            checkError(answer.error(), body);
            if (!ask.streams() || answer.ended() || !answer.ends().contains(null)) {
                throw new BrokenPromise("an answer that failed and claims to be whole: " + body);
            }
            return Fate.FAILED;
        }
        if (!answer.ended() || answer.ends().contains(null)) {
            throw new BrokenPromise("half an answer: " + body);
        }
        if (ask.words() != null) {
            String words = ask.words().after(answer.outcome());
            for (String text : answer.texts()) {
                if (!text.equals(words)) {
                    throw new BrokenPromise("'" + text + "' (" + answer.outcome() + ") in place of '" + words + "'");
                }
            }
        }
        return answer.guided() ? Fate.GUIDED : answer.alone() ? Fate.ALONE : Fate.ANSWERED;
    }

    private static void checkError(JsonNode error, String body) {
        boolean shaped = !error.path("message").asString("").isBlank()
                && !error.path("type").asString("").isBlank()
                && error.has("param")
                && error.has("code");
        if (!shaped || error.path("code").asString("").equals("internal_error")) {
            throw new BrokenPromise("an error that should not be: " + body);
        }
    }

    private static JsonNode parse(String json) {
        try {
            return JsonMapper.shared().readTree(json);
        } catch (JacksonException e) {
            throw new BrokenPromise("an error that is no JSON: " + json);
        }
    }
}
