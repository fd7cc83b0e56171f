package io.gkt.service.start;

import io.gkt.service.StartException;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.core.annotation.Order;

/** Says in one line on standard error why the service can't start, before Boot would say it in twenty. */
@Order(0)
final class StartFailureReporter implements SpringBootExceptionReporter {

    @Override
    public boolean reportException(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StartException refused) {
                report(refused);
                return true;
            }
        }
        return false;
    }

    static void report(StartException refused) {
        System.err.println("Can't start: " + refused.getMessage());
    }
}
