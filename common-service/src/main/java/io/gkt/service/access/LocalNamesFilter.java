package io.gkt.service.access;

import io.gkt.service.ApiException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Keeps pages of strangers out where only this machine may call: their name may be made to mean this machine (DNS
 * rebinding), and then a browser takes the service for a part of them. Who is asked for by address, or as
 * {@code localhost}, can't be meant by another's name.
 */
final class LocalNamesFilter extends OncePerRequestFilter {

    private static final Pattern LOCAL =
            Pattern.compile("localhost|\\d+\\.\\d+\\.\\d+\\.\\d+|\\[[0-9a-f:.]+]", Pattern.CASE_INSENSITIVE);

    private final boolean onlyThisMachine;
    private final HandlerExceptionResolver errors;

    /**
     * @param onlyThisMachine whether that is all that keeps others out
     * @param errors          renders the refusal
     */
    LocalNamesFilter(boolean onlyThisMachine, HandlerExceptionResolver errors) {
        this.onlyThisMachine = onlyThisMachine;
        this.errors = errors;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!onlyThisMachine
                || request.getHeader(HttpHeaders.HOST) == null
                || LOCAL.matcher(request.getServerName()).matches()) {
            chain.doFilter(request, response);
            return;
        }
        errors.resolveException(
                request,
                response,
                null,
                ApiException.forbidden(
                        "Without API keys this service answers to localhost and to addresses, not to other names. Set"
                                + " gkt.access.keys, or gkt.access.open=true if that is meant."));
    }
}
