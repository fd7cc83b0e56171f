package io.gkt.service;

import io.gkt.protocol.ErrorBody;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.validation.FieldError;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import org.springframework.web.util.DisconnectedClientHelper;
import tools.jackson.core.JacksonException;

/** Turns whatever goes wrong into OpenAI's error body. */
@RestControllerAdvice
final class ErrorAdvice {

    private static final Logger LOG = LoggerFactory.getLogger(ErrorAdvice.class);

    @ExceptionHandler
    ResponseEntity<ErrorBody> handle(Exception exception) {
        if (DisconnectedClientHelper.isClientDisconnectedException(exception)) {
            return null;
        }
        ApiException error = translate(exception);
        HttpHeaders headers = error.headers();
        if (exception instanceof ErrorResponse standard) {
            headers.putAll(standard.getHeaders());
        }
        return ResponseEntity.status(error.status())
                .headers(headers)
                .contentType(MediaType.APPLICATION_JSON)
                .body(error.body());
    }

    private static ApiException translate(Exception exception) {
        ApiException known = find(exception, ApiException.class);
        if (known != null) {
            return known;
        }
        JacksonException json = find(exception, JacksonException.class);
        if (exception instanceof HttpMessageNotReadableException) {
            return json == null
                    ? ApiException.invalid(null, "The body is missing or can't be read; send a JSON object.")
                    : JsonErrors.describe(json);
        }
        if (exception instanceof MethodArgumentNotValidException invalid) {
            return invalid.getFieldErrors().stream()
                    .min((a, b) -> a.getField().compareTo(b.getField()))
                    .map(ErrorAdvice::describe)
                    .orElseGet(() -> ApiException.invalid(null, "The request is not valid."));
        }
        if (exception instanceof NoResourceFoundException unknown) {
            return ApiException.http(
                    unknown.getStatusCode(), "There is nothing at /" + unknown.getResourcePath() + ".");
        }
        if (exception instanceof ErrorResponse standard
                && !HttpStatus.INTERNAL_SERVER_ERROR.equals(standard.getStatusCode())) {
            return ApiException.http(
                    standard.getStatusCode(), standard.getBody().getDetail());
        }
        LOG.error("Unexpected failure", exception);
        return ApiException.internal();
    }

    private static ApiException describe(FieldError error) {
        String param = WireNames.of(error.getField());
        return ApiException.invalid(param, param + " " + error.getDefaultMessage());
    }

    private static <T extends Throwable> T find(Throwable throwable, Class<T> type) {
        return Stream.iterate(throwable, t -> t != null, Throwable::getCause)
                .limit(20)
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElse(null);
    }
}
