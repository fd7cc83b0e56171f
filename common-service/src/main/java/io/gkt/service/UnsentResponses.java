package io.gkt.service;

import jakarta.servlet.ServletException;
import java.io.IOException;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Lets a server that stops wait for responses that are made but not sent. Spring takes a request for done when its servlet
 * is, and closes the connection then; Tomcat sends what is left in the response's buffer, often all of it, after that.
 */
final class UnsentResponses extends ValveBase {

    UnsentResponses() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        Context context = request.getContext();
        if (context == null) {
            getNext().invoke(request, response);
            return;
        }
        // One of the counts that Spring waits for. A request that is to be continued later is in it by itself.
        context.incrementInProgressAsyncCount();
        try {
            getNext().invoke(request, response);
            if (!request.isAsync()) {
                request.finishRequest();
                response.finishResponse();
            }
        } finally {
            context.decrementInProgressAsyncCount();
        }
    }
}
