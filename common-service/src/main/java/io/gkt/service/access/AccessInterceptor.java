package io.gkt.service.access;

import io.gkt.service.ApiException;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.http.HttpHeaders;
import org.springframework.web.servlet.AsyncHandlerInterceptor;
import org.springframework.web.servlet.mvc.ParameterizableViewController;
import org.springframework.web.servlet.resource.ResourceHttpRequestHandler;

/**
 * Lets requests in that bring a key, before their bodies are read. Files are for everybody, and so is the page at
 * {@code /}, which Spring forwards to one.
 */
final class AccessInterceptor implements AsyncHandlerInterceptor {

    private static final String BEARER = "Bearer ";
    private static final String VISIT = AccessInterceptor.class.getName();

    private final ApiKeys keys;

    AccessInterceptor(ApiKeys keys) {
        this.keys = keys;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (request.getDispatcherType() == DispatcherType.REQUEST
                && !keys.none()
                && !(handler instanceof ResourceHttpRequestHandler)
                && !(handler instanceof ParameterizableViewController)) {
            request.setAttribute(VISIT, new Visit(caller(request, response).enter(request)));
        }
        return true;
    }

    private Caller caller(HttpServletRequest request, HttpServletResponse response) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
            throw ApiException.unauthorized("This service needs an API key; send it as 'Authorization: Bearer KEY'.");
        }
        return keys.find(header.substring(BEARER.length()).strip()).orElseThrow(() -> {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
            return ApiException.unauthorized("This API key is not known here.");
        });
    }

    @Override
    public void afterConcurrentHandlingStarted(
            HttpServletRequest request, HttpServletResponse response, Object handler) {
        // The container completes a request once, whatever becomes of it; a dispatch does not always follow.
        if (request.getAttribute(VISIT) instanceof Visit visit && request.isAsyncStarted()) {
            request.getAsyncContext().addListener(visit);
        }
    }

    @Override
    public void afterCompletion(
            HttpServletRequest request, HttpServletResponse response, Object handler, Exception failure) {
        if (request.getAttribute(VISIT) instanceof Visit visit) {
            visit.end();
        }
    }

    private static final class Visit implements AsyncListener {

        private final AtomicReference<Runnable> leave;

        Visit(Runnable leave) {
            this.leave = new AtomicReference<>(leave);
        }

        void end() {
            leave.getAndSet(() -> {}).run();
        }

        @Override
        public void onComplete(AsyncEvent event) {
            end();
        }

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }
    }
}
