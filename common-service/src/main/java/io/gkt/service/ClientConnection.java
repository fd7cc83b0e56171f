package io.gkt.service;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;

/**
 * The connection that a request came on. Servlets hear of a client that has gone when they write to it; whoever makes an
 * answer that is written at its end asks here. A client that has closed its half of the connection counts as gone.
 */
public final class ClientConnection {

    private static final String ATTRIBUTE = ClientConnection.class.getName();

    private final org.apache.coyote.Request request;
    private boolean over;
    private boolean lost;

    private ClientConnection(org.apache.coyote.Request request) {
        this.request = request;
    }

    /**
     * @param request whose body has been read
     * @return its connection
     */
    public static ClientConnection of(ServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof ClientConnection known ? known : new ClientConnection(null);
    }

    /** @return whether nobody is there any more who would read the response; costs one read that does not block */
    public synchronized boolean lost() {
        if (!lost && !over && request != null) {
            // A read that fails counts as one byte, which then is not there. A next request's bytes are, and stay.
            lost = available(true) > 0 && available(false) == 0;
        }
        return lost;
    }

    private int available(boolean read) {
        request.action(ActionCode.AVAILABLE, read);
        return request.getAvailable();
    }

    /**
     * The response is about to be completed. The connection is not looked at any more: it may be another request's
     * soon.
     */
    public synchronized void over() {
        over = true;
    }

    /** Tells each request its connection; only Tomcat's own requests know. */
    static final class Valve extends ValveBase {

        Valve() {
            super(true);
        }

        @Override
        public void invoke(Request request, Response response) throws IOException, ServletException {
            request.setAttribute(ATTRIBUTE, new ClientConnection(request.getCoyoteRequest()));
            getNext().invoke(request, response);
        }
    }
}
