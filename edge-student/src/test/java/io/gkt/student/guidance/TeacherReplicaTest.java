package io.gkt.student.guidance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.gkt.service.upstream.ServerConnection;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** What the log says of a teacher. */
class TeacherReplicaTest {

    private static final Logger LOG = (Logger) LoggerFactory.getLogger(TeacherReplica.class);

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final TeacherReplica replica = new TeacherReplica(
            new ServerConnection(
                    "teacher",
                    URI.create("http://teacher:8090"),
                    "secret",
                    ServerConnection.client(Duration.ofSeconds(1), null, null),
                    ObservationRegistry.NOOP),
            CircuitBreaker.ofDefaults("teacher"));

    @BeforeEach
    void listen() {
        log.start();
        LOG.addAppender(log);
    }

    @AfterEach
    void stop() {
        LOG.detachAppender(log);
    }

    private void fails(Throwable failure) {
        replica.call(Duration.ofSeconds(1), () -> CompletableFuture.failedFuture(failure));
    }

    private void answers() {
        replica.call(
                Duration.ofSeconds(1),
                () -> CompletableFuture.completedFuture(Guidance.without(GuidanceOutcome.EMPTY, Duration.ZERO)));
    }

    @Test
    void aFailureIsToldOnceAndItsEndToo() {
        answers();
        for (int i = 0; i < 3; i++) {
            fails(new ConnectException("Connection refused"));
        }
        fails(new CancellationException("the client has gone"));
        answers();
        answers();
        fails(new TimeoutException());

        assertThat(log.list)
                .as("what comes and goes does not fill the log")
                .extracting(ILoggingEvent::getLevel, ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        tuple(
                                Level.WARN,
                                "No guidance from the teacher at http://teacher:8090: ConnectException: Connection refused"),
                        tuple(Level.INFO, "Guidance comes again from the teacher at http://teacher:8090"));
    }

    @Test
    void theCauseOfABrokenHandshakeIsNamed() {
        Throwable expired = new CertPathValidatorException(
                "validity check failed", new CertificateExpiredException("NotAfter: yesterday"));
        SSLHandshakeException handshake = new SSLHandshakeException("PKIX path validation failed: " + expired);
        handshake.initCause(expired);

        assertThat(TeacherFailure.describe(handshake))
                .isEqualTo("SSLHandshakeException: PKIX path validation failed:"
                        + " java.security.cert.CertPathValidatorException: validity check failed;"
                        + " CertificateExpiredException: NotAfter: yesterday");
        assertThat(TeacherFailure.describe(new ConnectException().initCause(new ClosedChannelException())))
                .isEqualTo("ConnectException; ClosedChannelException");
        assertThat(TeacherFailure.describe(new TimeoutException())).isEqualTo("it took too long");
    }

    @Test
    void whatTheTeacherSaidIsNotTold() {
        JacksonException json = catchThrowableOfType(
                JacksonException.class, () -> JsonMapper.shared().readTree("{\n  a secret"));

        assertThat(TeacherFailure.broken(json).getMessage())
                .isEqualTo("its answer is not the protocol's JSON at line 2, column 3");
        assertThat(TeacherFailure.describe(new ProtocolException("Invalid status line: \"a secret\"")))
                .isEqualTo("ProtocolException");
        assertThat(TeacherFailure.describe(new NumberFormatException("For input string: \"a secret\"")))
                .isEqualTo("NumberFormatException");
        assertThat(TeacherFailure.describe(new IOException("x".repeat(10_000)))).hasSizeLessThan(600);
    }
}
