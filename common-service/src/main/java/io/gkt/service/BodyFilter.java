package io.gkt.service;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Refuses bodies that are too large, whether their length is announced or not, forms, and those of no definite type. */
final class BodyFilter extends OncePerRequestFilter {

    private final long limit;
    private final HandlerExceptionResolver errors;

    /**
     * @param limit  bytes a body may have
     * @param errors renders the refusal
     */
    BodyFilter(long limit, HandlerExceptionResolver errors) {
        this.limit = limit;
        this.errors = errors;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getContentLengthLong() > limit) {
            errors.resolveException(request, response, null, tooLarge());
            return;
        }
        if (!isDefinite(request.getContentType())) {
            errors.resolveException(request, response, null, notDefinite());
            return;
        }
        chain.doFilter(
                new HttpServletRequestWrapper(request) {
                    @Override
                    public ServletInputStream getInputStream() throws IOException {
                        return new Limited(super.getInputStream());
                    }
                },
                response);
    }

    /** Spring takes a wildcard, and a form that can't be read, for a fault of the service. */
    private static boolean isDefinite(String type) {
        return type == null
                || !type.contains("*")
                        && !type.toLowerCase(Locale.ROOT).startsWith(MediaType.APPLICATION_FORM_URLENCODED_VALUE);
    }

    private static ApiException notDefinite() {
        return ApiException.http(
                HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                "Content-Type is a form's, or that of many things; send application/json.");
    }

    private ApiException tooLarge() {
        return ApiException.http(HttpStatus.CONTENT_TOO_LARGE, "The body may have " + limit + " bytes at most.");
    }

    private final class Limited extends ServletInputStream {

        private final ServletInputStream body;
        private long read;

        Limited(ServletInputStream body) {
            this.body = body;
        }

        @Override
        public int read() throws IOException {
            int value = body.read();
            count(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = body.read(bytes, offset, length);
            count(Math.max(0, count));
            return count;
        }

        private void count(int bytes) {
            read += bytes;
            if (read > limit) {
                throw tooLarge();
            }
        }

        @Override
        public boolean isFinished() {
            return body.isFinished();
        }

        @Override
        public boolean isReady() {
            return body.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            body.setReadListener(listener);
        }
    }
}
