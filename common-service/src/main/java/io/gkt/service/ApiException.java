package io.gkt.service;

import io.gkt.protocol.ErrorBody;
import io.gkt.protocol.RetryAfter;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;

/** A request that can't be answered, as the client is told. Thrown anywhere, it becomes the response. */
public final class ApiException extends RuntimeException {

    private static final Duration LONGEST_RETRY = Duration.ofMinutes(5);

    private static final String TOO_LATE = "too_late";

    private final HttpStatusCode status;
    private final String type;
    private final String param;
    private final String code;
    private final Duration retryAfter;

    private ApiException(
            HttpStatusCode status, String type, String param, String code, Duration retryAfter, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.param = param;
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /**
     * @param param   the field that is wrong, as {@code messages[0].content}; null if no single one is
     * @param message what is wrong and what would be right
     * @return 400
     */
    public static ApiException invalid(String param, String message) {
        return new ApiException(HttpStatus.BAD_REQUEST, "invalid_request_error", param, "invalid_value", null, message);
    }

    /**
     * @param param a field that would change the answer, and asks for what is not offered
     * @return 400
     */
    public static ApiException unsupported(String param) {
        return new ApiException(
                HttpStatus.BAD_REQUEST,
                "invalid_request_error",
                param,
                "unsupported_parameter",
                null,
                param + " is not supported here; leave it out.");
    }

    /**
     * @param param   the field that is too long
     * @param message how long it is and how long it may be
     * @return 400
     */
    public static ApiException contextLengthExceeded(String param, String message) {
        return new ApiException(
                HttpStatus.BAD_REQUEST, "invalid_request_error", param, "context_length_exceeded", null, message);
    }

    /**
     * @param model the model asked for
     * @return 404
     */
    public static ApiException modelNotFound(String model) {
        return new ApiException(
                HttpStatus.NOT_FOUND,
                "invalid_request_error",
                "model",
                "model_not_found",
                null,
                "The model '" + model + "' does not exist; GET /v1/models lists those that do.");
    }

    /**
     * @param retryAfter when room is to be expected
     * @return 429
     */
    public static ApiException queueFull(Duration retryAfter) {
        return new ApiException(
                HttpStatus.TOO_MANY_REQUESTS,
                "rate_limit_error",
                null,
                "queue_full",
                retryAfter,
                "Too many requests are waiting; try again later.");
    }

    /**
     * @param retryAfter when a request with as much time as this one had is to be expected to be taken
     * @return 429 for a request that can't be answered before its deadline. Asking again with what is left of the time
     *     would not help.
     */
    public static ApiException tooLate(Duration retryAfter) {
        return new ApiException(
                HttpStatus.TOO_MANY_REQUESTS,
                "rate_limit_error",
                null,
                TOO_LATE,
                retryAfter,
                "The answer could not be complete before the deadline; try again later, or with more time.");
    }

    /**
     * @param message what is missing
     * @return 401
     */
    public static ApiException unauthorized(String message) {
        return new ApiException(
                HttpStatus.UNAUTHORIZED, "authentication_error", null, "invalid_api_key", null, message);
    }

    /**
     * @param message why, and what would change it
     * @return 403
     */
    public static ApiException forbidden(String message) {
        return new ApiException(HttpStatus.FORBIDDEN, "permission_error", null, "forbidden", null, message);
    }

    /**
     * @param message    which limit of the caller's is reached
     * @param retryAfter when it will not be
     * @return 429
     */
    public static ApiException keyLimit(String message, Duration retryAfter) {
        return new ApiException(
                HttpStatus.TOO_MANY_REQUESTS, "rate_limit_error", null, "rate_limit_exceeded", retryAfter, message);
    }

    /**
     * @param message    why
     * @param retryAfter when it is to be expected back
     * @return 503
     */
    public static ApiException unavailable(String message, Duration retryAfter) {
        return new ApiException(
                HttpStatus.SERVICE_UNAVAILABLE, "server_error", null, "unavailable", retryAfter, message);
    }

    /**
     * @param what the server behind this one did
     * @return 502
     */
    public static ApiException badGateway(String what) {
        return new ApiException(
                HttpStatus.BAD_GATEWAY,
                "server_error",
                null,
                "upstream_error",
                null,
                "The server behind this one " + what);
    }

    /**
     * @param message what did not happen in time
     * @return 504
     */
    public static ApiException deadlineExceeded(String message) {
        return new ApiException(HttpStatus.GATEWAY_TIMEOUT, "server_error", null, "deadline_exceeded", null, message);
    }

    /**
     * @param message what does not exist
     * @return 404
     */
    public static ApiException notFound(String message) {
        return new ApiException(HttpStatus.NOT_FOUND, "invalid_request_error", null, "not_found", null, message);
    }

    /** @return 499, as nginx calls a request that its client gave up */
    public static ApiException cancelled() {
        return new ApiException(
                HttpStatusCode.valueOf(499),
                "invalid_request_error",
                null,
                "cancelled",
                null,
                "The request was cancelled.");
    }

    /** @return 500, about which the client is told nothing */
    public static ApiException internal() {
        return new ApiException(
                HttpStatus.INTERNAL_SERVER_ERROR,
                "server_error",
                null,
                "internal_error",
                null,
                "The server failed to answer; its log says why.");
    }

    /**
     * An error that HTTP itself defines, such as 404 for an unknown path.
     *
     * @param status  400 to 599
     * @param message what is wrong
     * @return that status
     */
    static ApiException http(HttpStatusCode status, String message) {
        String type = status.is5xxServerError() ? "server_error" : "invalid_request_error";
        return new ApiException(status, type, null, null, null, message);
    }

    /** @return the response's status */
    public HttpStatusCode status() {
        return status;
    }

    /** @return the error's name; null if it has none */
    public String code() {
        return code;
    }

    /** @return the field it is about; null if about none */
    public String param() {
        return param;
    }

    /** @return when to try again; empty if the error says nothing about it */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** @return the response's body */
    public ErrorBody body() {
        return new ErrorBody(new ErrorBody.Error(getMessage(), type, param, code));
    }

    /** @return headers that tell OpenAI's clients whether and when to try again */
    HttpHeaders headers() {
        HttpHeaders headers = new HttpHeaders();
        retryAfter().ifPresent(delay -> {
            long millis = Math.max(1, Math.min(delay.toMillis(), LONGEST_RETRY.toMillis()));
            headers.set(HttpHeaders.RETRY_AFTER, String.valueOf((millis + 999) / 1000));
            headers.set("Retry-After-Ms", String.valueOf(millis));
        });
        if (status.value() == HttpStatus.INTERNAL_SERVER_ERROR.value() || TOO_LATE.equals(code)) {
            headers.set(RetryAfter.SHOULD_RETRY, "false");
        }
        return headers;
    }
}
