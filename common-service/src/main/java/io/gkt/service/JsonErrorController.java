package io.gkt.service;

import io.gkt.protocol.ErrorBody;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Errors that arise before or after controllers, in the same shape. */
@RestController
final class JsonErrorController implements ErrorController {

    @RequestMapping("${server.error.path:/error}")
    ResponseEntity<ErrorBody> error(HttpServletRequest request) {
        Object code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        HttpStatus status = code instanceof Integer value ? HttpStatus.resolve(value) : HttpStatus.NOT_FOUND;
        ApiException error = status == null || status == HttpStatus.INTERNAL_SERVER_ERROR
                ? ApiException.internal()
                : ApiException.http(status, status.getReasonPhrase() + ".");
        return ResponseEntity.status(error.status())
                .headers(error.headers())
                .contentType(MediaType.APPLICATION_JSON)
                .body(error.body());
    }
}
