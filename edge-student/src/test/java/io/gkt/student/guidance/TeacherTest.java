package io.gkt.student.guidance;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.retry.Retry;
import io.gkt.protocol.ErrorBody;
import io.gkt.protocol.GuidanceResponse;
import io.gkt.service.upstream.ServerConnection;
import io.micrometer.observation.ObservationRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

@Timeout(30)
class TeacherTest {

    private static final String KEY = "sk-edge-of-the-shop";

    private final CircuitBreaker circuitBreaker = CircuitBreaker.of("teacher", circuitBreakerConfig());
    private ScriptedTeacher server;
    private Teacher teacher;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedTeacher(ScriptedTeacher.says(" We need 12 + 7", "length"));
        teacher = teacherAt(server.url());
    }

    @AfterEach
    void stop() {
        teacher.close();
        server.close();
    }

    private static CircuitBreakerConfig circuitBreakerConfig() {
        CircuitBreakerConfig.Builder config = CircuitBreakerConfig.custom()
                .slidingWindowSize(4)
                .minimumNumberOfCalls(4)
                .waitDurationInOpenState(Duration.ofMillis(300))
                .permittedNumberOfCallsInHalfOpenState(1);
        Teacher.judgeHealth(config);
        return config.build();
    }

    private Teacher teacherAt(URI url) {
        return teacher(new TeacherReplica(connection(url), circuitBreaker));
    }

    private static Teacher teacher(TeacherReplica... replicas) {
        return new Teacher(
                List.of(replicas),
                JsonMapper.shared(),
                Retry.of("teacher", Teacher.oneRetry()),
                Bulkhead.of(
                        "teacher", BulkheadConfig.custom().maxConcurrentCalls(2).build()));
    }

    private static ServerConnection connection(URI url) {
        return new ServerConnection(
                "teacher",
                url,
                KEY,
                ServerConnection.client(Duration.ofMillis(500), null, null),
                ObservationRegistry.NOOP);
    }

    private static GuidanceQuestion question(long timeoutMillis) {
        return new GuidanceQuestion(
                null, "Q: 12 + 7?\nA:", 9, List.of("\nQ:"), null, Set.of("<|end|>"), Duration.ofMillis(timeoutMillis));
    }

    private Guidance ask(long timeoutMillis) throws Exception {
        return teacher.ask(question(timeoutMillis)).get(10, TimeUnit.SECONDS);
    }

    @Test
    void asksWithWhatIsLeftOfTheTimeAndReturnsText() throws Exception {
        Guidance guidance = ask(2_000);
        assertThat(guidance.outcome()).isEqualTo(GuidanceOutcome.USED);
        assertThat(guidance.text()).isEqualTo(" We need 12 + 7");
        assertThat(guidance.model()).isEqualTo("scripted");
        assertThat(guidance.bytesUp()).isPositive();
        assertThat(guidance.bytesDown()).isPositive();
        assertThat(server.requests()).singleElement().satisfies(request -> {
            assertThat(request.prompt()).isEqualTo("Q: 12 + 7?\nA:");
            assertThat(request.maxTokens()).isEqualTo(9);
            assertThat(request.stop()).containsExactly("\nQ:");
        });
        assertThat(Long.parseLong(server.deadlines().get(0))).isBetween(1L, 2_000L);
    }

    @Test
    void aFinishedAnswerIsComplete() throws Exception {
        server.now(ScriptedTeacher.says("19", "stop"));
        assertThat(ask(2_000).outcome()).isEqualTo(GuidanceOutcome.COMPLETE);
    }

    private Guidance stream(List<String> pieces, long timeoutMillis) throws Exception {
        return teacher.ask(question(timeoutMillis), pieces::add).get(10, TimeUnit.SECONDS);
    }

    @Test
    void aStreamIsPassedOnAsItComesAndPutTogether() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        server.now((exchange, request) -> {
            exchange.sendResponseHeaders(200, 0);
            for (String text : List.of(" We", " need")) {
                ScriptedTeacher.event(exchange, piece(request.id(), text));
            }
            first.await();
            for (String text : List.of(" 12\u0007 +", "", " \u6771")) {
                ScriptedTeacher.event(exchange, piece(request.id(), text));
            }
            ScriptedTeacher.ending("length").play(exchange, request);
        });
        List<String> pieces = new CopyOnWriteArrayList<>();
        CompletableFuture<Guidance> asked = teacher.ask(question(5_000), pieces::add);
        while (pieces.size() < 2) {
            Thread.sleep(5);
        }
        assertThat(asked).isNotDone();
        first.countDown();
        Guidance guidance = asked.get(10, TimeUnit.SECONDS);

        assertThat(pieces).containsExactly(" We", " need", " 12 +", " \u6771");
        assertThat(guidance.text()).isEqualTo(String.join("", pieces));
        assertThat(guidance.outcome()).isEqualTo(GuidanceOutcome.USED);
        assertThat(guidance.usage().completionTokens()).isEqualTo(7);
        assertThat(guidance.bytesDown()).isGreaterThan(guidance.text().length());
        assertThat(server.requests())
                .singleElement()
                .satisfies(request -> assertThat(request.stream()).isTrue());
    }

    private static GuidanceResponse piece(String id, String text) {
        return new GuidanceResponse(id, "scripted", text, null, null, null);
    }

    static Stream<Arguments> brokenStreams() {
        return Stream.of(
                Arguments.of("an end too early", ScriptedTeacher.streams(null, " We")),
                Arguments.of("no reason", ScriptedTeacher.streams(ScriptedTeacher.ending(null), " We")),
                Arguments.of(
                        "no JSON",
                        ScriptedTeacher.streams(
                                (exchange, request) -> ScriptedTeacher.data(exchange, "{\"id\": "), " We")),
                Arguments.of(
                        "null",
                        ScriptedTeacher.streams((exchange, request) -> ScriptedTeacher.data(exchange, "null"), " We")),
                Arguments.of(
                        "another's piece",
                        ScriptedTeacher.streams(
                                (exchange, request) -> ScriptedTeacher.event(exchange, piece("x", "secret")), " We")),
                Arguments.of(
                        "an error",
                        ScriptedTeacher.streams(
                                (exchange, request) -> ScriptedTeacher.event(
                                        exchange,
                                        new ErrorBody(new ErrorBody.Error("no", "server_error", null, "cancelled"))),
                                " We")),
                Arguments.of(
                        "too much",
                        ScriptedTeacher.streams(
                                (exchange, request) -> ScriptedTeacher.data(exchange, " ".repeat(20_000_000)), " We")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenStreams")
    void aStreamThatBreaksOffIsAnErrorAndIsNotAskedForAgain(String name, ScriptedTeacher.Script script)
            throws Exception {
        server.now(script);
        List<String> pieces = new CopyOnWriteArrayList<>();
        Guidance guidance = stream(pieces, 5_000);
        assertThat(guidance.outcome()).isEqualTo(GuidanceOutcome.FALLBACK_ERROR);
        assertThat(guidance.text()).isEmpty();
        assertThat(pieces).containsExactly(" We");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void aStreamThatPausesIsGivenUpInTimeAndTheTeacherTold() throws Exception {
        server.now(ScriptedTeacher.streams(ScriptedTeacher.hangs(), " We"));
        List<String> pieces = new CopyOnWriteArrayList<>();
        assertThat(stream(pieces, 300).outcome()).isEqualTo(GuidanceOutcome.FALLBACK_TIMEOUT);
        assertThat(pieces).containsExactly(" We");
        awaitCancellation(server.requests().get(0).id());
    }

    @Test
    void aTeacherThatDoesNotStreamIsRefusedAsEver() throws Exception {
        server.now(ScriptedTeacher.status(429, null));
        List<String> pieces = new CopyOnWriteArrayList<>();
        assertThat(stream(pieces, 1_000).outcome()).isEqualTo(GuidanceOutcome.FALLBACK_REJECTED);
        assertThat(pieces).isEmpty();
    }

    static Stream<Arguments> nonsense() {
        return Stream.of(
                Arguments.of("HTML", ScriptedTeacher.body("<html>502</html>")),
                Arguments.of("nothing", ScriptedTeacher.body("")),
                Arguments.of("null", ScriptedTeacher.body("null")),
                Arguments.of("half an object", ScriptedTeacher.body("{\"id\":\"x\",\"text\":\"We ne")),
                Arguments.of("other JSON", ScriptedTeacher.body("[1, 2]")),
                Arguments.of(
                        "another's guidance",
                        ScriptedTeacher.body("{\"id\":\"x\",\"text\":\"secret\",\"finish_reason\":\"stop\"}")),
                Arguments.of("too much", ScriptedTeacher.body("x".repeat(3_000_000))),
                Arguments.of("an error", ScriptedTeacher.status(500, null)),
                Arguments.of("a redirect", ScriptedTeacher.status(302, null)),
                Arguments.of("half a response", (ScriptedTeacher.Script) (exchange, request) -> {
                    exchange.sendResponseHeaders(200, 1_000);
                    exchange.getResponseBody().write(new byte[10]);
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nonsense")
    void nonsenseIsAnErrorAndIsNotAskedForAgain(String name, ScriptedTeacher.Script script) throws Exception {
        server.now(script);
        Guidance guidance = ask(3_000);
        assertThat(guidance.outcome()).isEqualTo(GuidanceOutcome.FALLBACK_ERROR);
        assertThat(guidance.text()).isEmpty();
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void aTeacherThatHangsIsGivenUpInTimeAndTold() throws Exception {
        server.now(ScriptedTeacher.hangs());
        Guidance guidance = ask(200);
        assertThat(guidance.outcome()).isEqualTo(GuidanceOutcome.FALLBACK_TIMEOUT);
        assertThat(guidance.roundTrip()).isBetween(Duration.ofMillis(150), Duration.ofSeconds(2));
        awaitCancellation(server.requests().get(0).id());
    }

    @Test
    void anAnswerThatTricklesIsGivenUpInTime() throws Exception {
        server.now((exchange, request) -> {
            exchange.sendResponseHeaders(200, 0);
            for (int i = 0; i < 100; i++) {
                exchange.getResponseBody().write(' ');
                exchange.getResponseBody().flush();
                Thread.sleep(50);
            }
        });
        assertThat(ask(300).outcome()).isEqualTo(GuidanceOutcome.FALLBACK_TIMEOUT);
    }

    @Test
    void everyRequestBringsTheKey() throws Exception {
        ask(2_000);
        server.now(ScriptedTeacher.hangs());
        assertThat(ask(200).outcome()).isEqualTo(GuidanceOutcome.FALLBACK_TIMEOUT);
        awaitCancellation(server.requests().get(1).id());
        assertThat(server.authorizations()).hasSize(3).containsOnly("Bearer " + KEY);
    }

    @Test
    void aTeacherThatKnowsNoSuchKeyIsARefusal() throws Exception {
        server.now(ScriptedTeacher.status(401, null));
        assertThat(ask(1_000).outcome()).isEqualTo(GuidanceOutcome.FALLBACK_REJECTED);
    }

    @Test
    void whoNoLongerWantsTheAnswerTellsTheTeacher() throws Exception {
        server.now(ScriptedTeacher.hangs());
        CompletableFuture<Guidance> asked = teacher.ask(question(20_000));
        while (server.requests().isEmpty()) {
            Thread.sleep(5);
        }
        asked.cancel(true);
        awaitCancellation(server.requests().get(0).id());
        assertThat(circuitBreaker.getMetrics().getNumberOfBufferedCalls())
                .as("says nothing about the teacher")
                .isZero();
    }

    private void awaitCancellation(String id) throws InterruptedException {
        while (!server.cancelled().contains(id)) {
            Thread.sleep(5);
        }
    }

    @Test
    void aBusyTeacherIsAskedOnceMoreWhenItSaysSo() throws Exception {
        server.now(ScriptedTeacher.status(503, "0"));
        assertThat(ask(2_000).outcome()).isEqualTo(GuidanceOutcome.FALLBACK_REJECTED);
        assertThat(server.requests()).hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("uselessRetryAfters")
    void aBusyTeacherIsNotAskedAgainTooLate(String retryAfter) throws Exception {
        server.now(ScriptedTeacher.status(429, retryAfter));
        assertThat(ask(1_000).outcome()).isEqualTo(GuidanceOutcome.FALLBACK_REJECTED);
        assertThat(server.requests()).hasSize(1);
    }

    /** What it refuses for the time that is left it would refuse again. */
    @Test
    void aTeacherThatCanNotBeInTimeIsNotAskedAgain() throws Exception {
        server.now((exchange, request) -> {
            exchange.getResponseHeaders().add("x-should-retry", "false");
            ScriptedTeacher.status(429, "0").play(exchange, request);
        });
        assertThat(ask(5_000).outcome()).isEqualTo(GuidanceOutcome.FALLBACK_REJECTED);
        assertThat(server.requests()).hasSize(1);
    }

    static Stream<String> uselessRetryAfters() {
        return Stream.of(null, "5", "-1", "1000000000000000000000", "Wed, 21 Oct 2099 07:28:00 GMT", "soon");
    }

    @Test
    void aMissingTeacherIsAnErrorSoon() throws Exception {
        server.close();
        assertThat(ask(2_000).outcome()).isEqualTo(GuidanceOutcome.FALLBACK_ERROR);
        try (Teacher nowhere = teacherAt(URI.create("http://teacher.invalid:1"))) {
            assertThat(nowhere.ask(question(2_000)).get(10, TimeUnit.SECONDS).outcome())
                    .isEqualTo(GuidanceOutcome.FALLBACK_ERROR);
        }
    }

    @Test
    void aTeacherThatKeepsFailingIsLeftAloneAndTriedAgainLater() throws Exception {
        server.now(ScriptedTeacher.status(500, null));
        for (int i = 0; i < 4; i++) {
            ask(1_000);
        }
        assertThat(ask(1_000).outcome()).isEqualTo(GuidanceOutcome.FALLBACK_CIRCUIT_OPEN);
        assertThat(server.requests()).hasSize(4);

        server.now(ScriptedTeacher.says("19", "stop"));
        Thread.sleep(400);
        assertThat(ask(1_000).outcome()).isEqualTo(GuidanceOutcome.COMPLETE);
        assertThat(circuitBreaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void refusalsSayNothingAboutItsHealth() throws Exception {
        server.now(ScriptedTeacher.status(400, null));
        for (int i = 0; i < 8; i++) {
            assertThat(ask(1_000).outcome()).isEqualTo(GuidanceOutcome.FALLBACK_REJECTED);
        }
        assertThat(circuitBreaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void onlySoManyCallsRunAtTheSameTime() throws Exception {
        server.now(ScriptedTeacher.hangs());
        CompletableFuture<Guidance> one = teacher.ask(question(20_000));
        CompletableFuture<Guidance> two = teacher.ask(question(20_000));
        assertThat(ask(1_000).outcome()).isEqualTo(GuidanceOutcome.FALLBACK_REJECTED);
        one.cancel(true);
        two.cancel(true);
    }

    @Test
    void withoutATeacherNobodyIsAsked() throws Exception {
        try (Teacher none = teacher()) {
            assertThat(none.ask(question(1_000)).get().outcome()).isEqualTo(GuidanceOutcome.SKIPPED);
        }
    }

    @Test
    void aTeacherAloneIsAskedWithTheNextQuestionWhateverTimeItNamed() throws Exception {
        server.now(ScriptedTeacher.status(429, "30"));
        assertThat(ask(10_000).outcome()).isEqualTo(GuidanceOutcome.FALLBACK_REJECTED);
        server.now(ScriptedTeacher.says("19", "stop"));
        assertThat(ask(10_000).outcome()).isEqualTo(GuidanceOutcome.COMPLETE);
        assertThat(server.requests()).hasSize(2);
    }

    /** Two servers and the teacher that they are together. */
    private final class Two implements AutoCloseable {

        private final ScriptedTeacher other = new ScriptedTeacher(ScriptedTeacher.says(" Other", "length"));
        private final CircuitBreaker othersBreaker = CircuitBreaker.of("teacher-2", circuitBreakerConfig());
        private final Teacher both = teacher(
                new TeacherReplica(connection(server.url()), circuitBreaker),
                new TeacherReplica(connection(other.url()), othersBreaker));

        Two() throws Exception {}

        Guidance ask() throws Exception {
            return both.ask(question(3_000)).get(10, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            both.close();
            other.close();
        }
    }

    @Test
    void aReplicaThatNamedATimeIsPassedOver() throws Exception {
        server.now(ScriptedTeacher.status(429, "30"));
        try (Two two = new Two()) {
            for (int i = 0; i < 4; i++) {
                assertThat(two.ask().text()).isEqualTo(" Other");
            }
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void replicasTakeTurns() throws Exception {
        try (Two two = new Two()) {
            for (int i = 0; i < 6; i++) {
                assertThat(two.ask().outcome()).isEqualTo(GuidanceOutcome.USED);
            }
            assertThat(server.requests()).hasSize(3);
            assertThat(two.other.requests()).hasSize(3);
        }
    }

    static Stream<Arguments> replicasThatGiveNothing() {
        return Stream.of(
                Arguments.of("full", ScriptedTeacher.status(429, null)),
                Arguments.of("leaving", ScriptedTeacher.status(503, "5")),
                Arguments.of("failing", ScriptedTeacher.status(500, null)),
                Arguments.of("talking nonsense", ScriptedTeacher.body("<html>502</html>")),
                Arguments.of("breaking off", (ScriptedTeacher.Script) (exchange, request) -> {
                    exchange.sendResponseHeaders(200, 1_000);
                    exchange.getResponseBody().write(new byte[10]);
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("replicasThatGiveNothing")
    void oneReplicaStandsInForTheOther(String name, ScriptedTeacher.Script script) throws Exception {
        server.now(script);
        try (Two two = new Two()) {
            for (int i = 0; i < 4; i++) {
                assertThat(two.ask().text()).isEqualTo(" Other");
            }
            assertThat(two.other.requests()).hasSize(4);
        }
    }

    @Test
    void aReplicaThatIsGoneIsNotMissed() throws Exception {
        try (Two two = new Two()) {
            server.close();
            for (int i = 0; i < 8; i++) {
                assertThat(two.ask().text()).isEqualTo(" Other");
            }
            assertThat(circuitBreaker.getState()).isEqualTo(CircuitBreaker.State.OPEN);
            assertThat(two.othersBreaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
        }
    }

    @Test
    void aReplicaIsPassedOverUntilTheTimeItNamed() throws Exception {
        server.now(ScriptedTeacher.status(503, "30"));
        try (Two two = new Two()) {
            for (int i = 0; i < 6; i++) {
                assertThat(two.ask().text()).isEqualTo(" Other");
            }
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void whatOneHoldsToBeWrongTheOtherIsNotAsked() throws Exception {
        server.now(ScriptedTeacher.status(400, null));
        try (Two two = new Two()) {
            assertThat(two.ask().outcome()).isEqualTo(GuidanceOutcome.FALLBACK_REJECTED);
            assertThat(two.other.requests()).isEmpty();
        }
    }

    @Test
    void aQuestionThatBreaksTwoReplicasIsNotGivenToAThird() throws Exception {
        server.now(ScriptedTeacher.status(500, null));
        try (ScriptedTeacher second = new ScriptedTeacher(ScriptedTeacher.status(500, null));
                ScriptedTeacher third = new ScriptedTeacher(ScriptedTeacher.says("19", "stop"));
                Teacher three = teacher(
                        new TeacherReplica(connection(server.url()), circuitBreaker),
                        new TeacherReplica(connection(second.url()), CircuitBreaker.ofDefaults("teacher-2")),
                        new TeacherReplica(connection(third.url()), CircuitBreaker.ofDefaults("teacher-3")))) {
            assertThat(three.ask(question(3_000)).get(10, TimeUnit.SECONDS).outcome())
                    .isEqualTo(GuidanceOutcome.FALLBACK_ERROR);
            assertThat(second.requests()).hasSize(1);
            assertThat(third.requests()).isEmpty();
        }
    }

    @Test
    void withoutAnyReplicaTheLastFailureIsTold() throws Exception {
        server.now(ScriptedTeacher.status(500, null));
        try (Two two = new Two()) {
            two.other.now(ScriptedTeacher.status(429, null));
            assertThat(two.ask().outcome()).isEqualTo(GuidanceOutcome.FALLBACK_REJECTED);
            assertThat(two.ask().outcome()).isEqualTo(GuidanceOutcome.FALLBACK_ERROR);
        }
    }
}
