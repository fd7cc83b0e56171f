package io.gkt.reliability;

import static io.gkt.endtoend.Api.CHAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gkt.endtoend.Api;
import io.gkt.endtoend.Problems;
import io.gkt.endtoend.ServiceProcess;
import io.gkt.reliability.Authority.Identity;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** TLS, and certificates of both sides, from the client to the edge and from the edge to the teacher. */
@Timeout(240)
class TlsIT {

    private static final String ASK_FOR_CERTIFICATES = "--server.ssl.client-auth=need";
    private static final Set<String> GUIDED = Set.of("used", "complete");
    private static final String[] EXPIRED = {"-startdate", "-3d", "-validity", "1"};
    private static final String HERE = "san=dns:localhost";

    @TempDir
    private static Path directory;

    private static Authority authority;
    private static Identity teacherIdentity;
    private static Identity edgeIdentity;
    /** Asks for certificates, and has metrics and probes elsewhere. */
    private static ServiceProcess strictTeacher;

    private static Api metricsOfStrictTeacher;

    @BeforeAll
    static void start() throws Exception {
        authority = new Authority(directory.resolve("ours"));
        teacherIdentity = authority.issue("teacher", "-ext", HERE);
        edgeIdentity = authority.issue("edge");
        int metricsPort = ServiceProcess.freePort();
        metricsOfStrictTeacher = new Api(URI.create("http://127.0.0.1:" + metricsPort));
        strictTeacher = teacher(
                teacherIdentity,
                authority.certificate(),
                ASK_FOR_CERTIFICATES,
                "--management.server.port=" + metricsPort,
                "--management.server.ssl.enabled=false");
    }

    @AfterAll
    static void stop() throws Exception {
        if (strictTeacher != null) {
            strictTeacher.close();
        }
    }

    /** Settings of a bundle; null leaves a part out. */
    private static List<String> bundle(String name, Identity own, Path trusted) {
        String prefix = "--spring.ssl.bundle.pem." + name + ".";
        List<String> settings = new ArrayList<>();
        if (own != null) {
            settings.add(prefix + "keystore.certificate=file:" + own.certificate());
            settings.add(prefix + "keystore.private-key=file:" + own.key());
        }
        if (trusted != null) {
            settings.add(prefix + "truststore.certificate=file:" + trusted);
        }
        return settings;
    }

    private static ServiceProcess teacher(Identity own, Path trusted, String... more) throws Exception {
        List<String> settings = bundle("teacher", own, trusted);
        settings.add("--server.ssl.bundle=teacher");
        settings.addAll(Arrays.asList(more));
        return ServiceProcess.start("cloud-teacher", authority.credulous("edge"), settings.toArray(String[]::new));
    }

    private static ServiceProcess edge(URI teacher, Identity own, Path trusted, String... more) throws Exception {
        List<String> settings = bundle("cloud", own, trusted);
        settings.add("--gkt.student.teacher.ssl-bundle=cloud");
        settings.addAll(Arrays.asList(more));
        return ServiceProcess.edge(teacher, settings.toArray(String[]::new));
    }

    private static JsonNode ask(ServiceProcess edge, int problem) throws Exception {
        JsonNode answer = Api.success(edge.api().send(edge.api().post(CHAT, Problems.chat(problem))));
        assertThat(Api.text(answer)).isNotBlank();
        return answer;
    }

    @Test
    void guidanceComesOverTls() throws Exception {
        try (ServiceProcess teacher = teacher(teacherIdentity, null);
                ServiceProcess edge = edge(teacher.url(), null, authority.certificate())) {
            assertThat(Api.outcome(ask(edge, 1))).isIn(GUIDED);
            assertThat(edge.log()).doesNotContain("WARN");
        }
    }

    @Test
    void allTheWayIsEncryptedAndWhoHasNoCertificateIsKeptOut() throws Exception {
        List<String> settings = bundle("cloud", edgeIdentity, authority.certificate());
        settings.add("--gkt.student.teacher.ssl-bundle=cloud");
        settings.add("--gkt.student.teacher.url=" + strictTeacher.url());
        settings.addAll(bundle("clients", authority.issue("edge-server", "-ext", HERE), null));
        settings.add("--server.ssl.bundle=clients");
        try (ServiceProcess edge =
                ServiceProcess.start("edge-student", authority.client(null), settings.toArray(String[]::new))) {
            assertThat(edge.url()).hasScheme("https");
            assertThat(Api.outcome(ask(edge, 1))).isIn(GUIDED);
            List<JsonNode> events =
                    Api.events(edge.api().send(edge.api().post(CHAT, Problems.chat(2, "\"stream\": true"))));
            assertThat(Api.outcome(events.get(events.size() - 1))).isIn(GUIDED);
        }

        assertThatThrownBy(() -> new Api(strictTeacher.url(), authority.client(null)).get("/readyz"))
                .as("without a certificate")
                .isInstanceOf(IOException.class);
        assertThat(new Api(URI.create("http://localhost:" + strictTeacher.port()))
                        .get("/readyz")
                        .statusCode())
                .as("without TLS")
                .isEqualTo(400);
        assertThat(metricsOfStrictTeacher.get("/actuator/health/readiness").statusCode())
                .isEqualTo(200);
        assertThat(tokensWritten()).isPositive();
    }

    private static double tokensWritten() throws Exception {
        return ServiceProcess.metric(metricsOfStrictTeacher, "gkt_teacher_guidance_tokens_total");
    }

    /** What is wrong with a certificate, and what the edge's log says of it. */
    private enum Wrong {
        EDGE_HAS_NONE("Received fatal alert: (bad_certificate|certificate_required)"),
        EDGE_HAS_A_STRANGERS("Received fatal alert: (bad_certificate|certificate_unknown)"),
        EDGE_HAS_AN_EXPIRED_ONE("Received fatal alert: (certificate_expired|certificate_unknown)"),
        TEACHER_HAS_A_STRANGERS("PKIX path building failed|unable to find valid certification path"),
        TEACHER_HAS_ANOTHER_NAME("No subject alternative DNS name matching localhost found"),
        TEACHER_HAS_AN_EXPIRED_ONE("CertificateExpiredException: NotAfter");

        private final String logged;

        Wrong(String logged) {
            this.logged = logged;
        }
    }

    @ParameterizedTest
    @EnumSource(names = "EDGE_.*", mode = EnumSource.Mode.MATCH_ANY)
    void anEdgeThatTheTeacherDoesNotTrustAnswersAloneAndSaysWhy(Wrong wrong) throws Exception {
        Identity own = switch (wrong) {
            case EDGE_HAS_NONE -> null;
            case EDGE_HAS_A_STRANGERS -> strangers(wrong).issue("edge");
            default -> authority.issue("old-edge", EXPIRED);
        };
        double before = tokensWritten();
        assertAnswersAlone(strictTeacher.url(), own, wrong);
        assertThat(tokensWritten()).as("nothing was decoded").isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(names = "TEACHER_.*", mode = EnumSource.Mode.MATCH_ANY)
    void anEdgeThatDoesNotTrustItsTeacherAnswersAloneAndSaysWhy(Wrong wrong) throws Exception {
        Identity own = switch (wrong) {
            case TEACHER_HAS_A_STRANGERS -> strangers(wrong).issue("teacher", "-ext", HERE);
            case TEACHER_HAS_ANOTHER_NAME -> authority.issue("elsewhere", "-ext", "san=dns:teacher.example");
            default -> authority.issue("old-teacher", "-ext", HERE, EXPIRED[0], EXPIRED[1], EXPIRED[2], EXPIRED[3]);
        };
        try (ServiceProcess teacher = teacher(own, null)) {
            assertAnswersAlone(teacher.url(), edgeIdentity, wrong);
            assertThat(teacher.metric("gkt_teacher_guidance_tokens_total"))
                    .as("nothing was decoded")
                    .isZero();
        }
    }

    private static Authority strangers(Wrong wrong) throws Exception {
        return new Authority(directory.resolve("strangers of " + wrong));
    }

    private static void assertAnswersAlone(URI teacher, Identity own, Wrong wrong) throws Exception {
        try (ServiceProcess edge = edge(teacher, own, authority.certificate())) {
            for (int i = 0; i < 7; i++) {
                assertThat(Api.outcome(ask(edge, i))).isIn("fallback_error", "fallback_circuit_open");
            }
            assertThat(edge.metric("gkt_student_guidance_seconds_count{outcome=\"fallback_circuit_open\"}"))
                    .as("answers for which it was not tried again")
                    .isGreaterThanOrEqualTo(2);
            assertThat(edge.api().get("/readyz").statusCode()).isEqualTo(200);
            assertThat(edge.log().lines().filter(line -> line.contains("No guidance from")))
                    .as("told once")
                    .singleElement()
                    .asString()
                    .contains("WARN", "the teacher at " + teacher)
                    .containsPattern(wrong.logged);
            assertThat(edge.log()).doesNotContain("\tat ");
        }
    }

    @Test
    void renewedCertificatesAreTakenWithoutARestart() throws Exception {
        Path files = Files.createDirectory(directory.resolve("renewed"));
        Identity atTeacher = new Identity(files.resolve("teacher.crt"), files.resolve("teacher.key"));
        Identity atEdge = new Identity(files.resolve("edge.crt"), files.resolve("edge.key"));
        Path teacherTrusts = files.resolve("teacher-ca.crt");
        Path edgeTrusts = files.resolve("edge-ca.crt");
        place(teacherIdentity, atTeacher, authority, teacherTrusts);
        place(edgeIdentity, atEdge, authority, edgeTrusts);
        String[] reload = {
            "--spring.ssl.bundle.pem.%s.reload-on-update=true", "--spring.ssl.bundle.watch.file.quiet-period=100ms"
        };
        try (ServiceProcess teacher = teacher(
                        atTeacher,
                        teacherTrusts,
                        ASK_FOR_CERTIFICATES,
                        reload[0].formatted("teacher"),
                        reload[1],
                        // Each question has a handshake of its own.
                        "--server.tomcat.max-keep-alive-requests=1");
                ServiceProcess edge = edge(
                        teacher.url(),
                        atEdge,
                        edgeTrusts,
                        reload[0].formatted("cloud"),
                        reload[1],
                        "--resilience4j.circuitbreaker.instances.teacher.wait-duration-in-open-state=200ms")) {
            assertThat(Api.outcome(ask(edge, 1))).isIn(GUIDED);

            Authority next = new Authority(directory.resolve("next"));
            place(next.issue("teacher", "-ext", HERE), atTeacher, next, teacherTrusts);
            await(edge, "apart", outcome -> outcome.startsWith("fallback_"));
            assertThatThrownBy(() -> new Api(teacher.url(), authority.client("edge")).get("/readyz"))
                    .as("the old authority")
                    .isInstanceOf(SSLHandshakeException.class);

            Files.writeString(edgeTrusts, "-----BEGIN CERTIFICATE-----\nhalf a fi");
            edge.await("told", Duration.ofSeconds(30), () -> edge.log().contains("SSL reload error"));
            await(edge, "going on", outcome -> outcome.startsWith("fallback_"));

            place(next.issue("edge"), atEdge, next, edgeTrusts);
            await(edge, "together again", GUIDED::contains);
            assertThat(edge.log()).contains("Guidance comes again from the teacher at " + teacher.url());
        }
    }

    private static void await(ServiceProcess edge, String what, Predicate<String> outcome) throws Exception {
        edge.await(what, Duration.ofSeconds(30), () -> outcome.test(Api.outcome(ask(edge, 1))));
    }

    private static void place(Identity from, Identity to, Authority trusted, Path trust) throws IOException {
        Files.copy(from.certificate(), to.certificate(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(from.key(), to.key(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(trusted.certificate(), trust, StandardCopyOption.REPLACE_EXISTING);
    }
}
