package io.gkt.student.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.retry.Retry;
import io.gkt.inference.LanguageModel;
import io.gkt.inference.chat.ChatMessage;
import io.gkt.inference.decoder.Precision;
import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.inference.tokenizer.Prompt;
import io.gkt.protocol.Message;
import io.gkt.service.ApiException;
import io.gkt.service.Conversation;
import io.gkt.service.MemoryHealth;
import io.gkt.service.ShutdownGrace;
import io.gkt.service.upstream.ServerConnection;
import io.gkt.student.generation.Question.GuidanceWish;
import io.gkt.student.guidance.Guidance;
import io.gkt.student.guidance.GuidanceMode;
import io.gkt.student.guidance.GuidanceOutcome;
import io.gkt.student.guidance.GuidanceText;
import io.gkt.student.guidance.ScriptedTeacher;
import io.gkt.student.guidance.Teacher;
import io.gkt.student.guidance.TeacherReplica;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;

/** The hand-over, with the real weights of a small random model and a scripted teacher's text. */
@Timeout(60)
class StudentTest {

    private static final Path CHECKPOINT = Path.of("../inference/src/test/resources/golden/checkpoints/qwen3-qknorm");

    private static final int STEP_TOKENS = 8;
    private static final Client CLIENT = new Client("anybody", Duration.ofSeconds(30));
    private static final MemoryHealth MEMORY = new MemoryHealth();
    private static final SimpleMeterRegistry REGISTRY = new SimpleMeterRegistry();

    private static LanguageModel model;
    private static ScriptedTeacher server;
    private static Teacher teacher;
    private static Admission admission;
    private static Student student;

    @BeforeAll
    static void start() throws IOException {
        model = LanguageModel.load(CHECKPOINT, Precision.FLOAT32, 2, 256);
        server = new ScriptedTeacher(ScriptedTeacher.hangs());
        teacher = new Teacher(
                List.of(new TeacherReplica(
                        new ServerConnection(
                                "teacher",
                                server.url(),
                                null,
                                ServerConnection.client(Duration.ofMillis(500), null, null),
                                ObservationRegistry.NOOP),
                        CircuitBreaker.ofDefaults("teacher"))),
                JsonMapper.shared(),
                Retry.of("teacher", Teacher.oneRetry()),
                Bulkhead.ofDefaults("teacher"));
        admission = new Admission(2, 2);
        student = new Student(
                new EngineBackend(model, STEP_TOKENS),
                teacher,
                admission,
                GuidanceText.Boundary.WORD,
                MEMORY,
                new ShutdownGrace(Duration.ofSeconds(60)),
                REGISTRY);
    }

    @AfterAll
    static void stop() {
        teacher.close();
        server.close();
        model.close();
    }

    private static final class Pieces extends ArrayList<Piece> implements AnswerListener {

        private static final long serialVersionUID = 1;

        @Override
        public void onPiece(Piece piece) {
            add(piece);
        }

        @Override
        public void onChoice(int index, Answer.Choice choice) {
            assertThat(choice.text()).isEqualTo(text(index));
        }

        @Override
        public void onWaiting() {}

        String by(Author author) {
            return stream()
                    .filter(piece -> piece.author() == author)
                    .map(Piece::text)
                    .collect(Collectors.joining());
        }

        String text(int choice) {
            return stream()
                    .filter(piece -> piece.choice() == choice)
                    .map(Piece::text)
                    .collect(Collectors.joining());
        }
    }

    private static String text(Answer answer) {
        return answer.choices().get(0).text();
    }

    private static Question ask(String prompt, int maxTokens, GuidanceMode mode, String... stop) {
        return new Question(
                Prompt.raw(prompt),
                null,
                maxTokens,
                List.of(stop),
                SamplingParameters.GREEDY,
                null,
                true,
                1,
                OptionalInt.empty(),
                new GuidanceWish(mode, 10, Duration.ofMillis(mode == GuidanceMode.AUTO ? 1_000 : 5_000)));
    }

    @Test
    void theAnswerBeginsWithTheTeachersWordsAndTheStudentFinishesIt() throws Exception {
        server.now(ScriptedTeacher.says(" We need 12 + 7", "length"));
        Pieces pieces = new Pieces();
        Answer answer = student.answer(ask("Q: 12 + 7?\nA:", 40, GuidanceMode.AUTO), CLIENT, pieces);
        assertThat(answer.guidance().outcome()).isEqualTo(GuidanceOutcome.USED);
        assertThat(pieces.by(Author.TEACHER)).as("the last word may go on").isEqualTo(" We need 12 +");
        assertThat(pieces.by(Author.STUDENT)).isNotEmpty();
        assertThat(text(answer)).isEqualTo(pieces.by(Author.TEACHER) + pieces.by(Author.STUDENT));
        assertThat(answer.usage().completionTokens())
                .as("guidance counts as output")
                .isEqualTo(40);
        assertThat(answer.guidanceTokens()).isBetween(1, 39);
        assertThat(server.requests().get(server.requests().size() - 1).maxTokens())
                .isEqualTo(10);
    }

    @Test
    void theStudentContinuesAsIfItHadReadPromptAndGuidanceAsOneText() throws Exception {
        server.now(ScriptedTeacher.says(" We need 12 + 7", "length"));
        Pieces guided = new Pieces();
        Answer answer = student.answer(ask("Q: 12 + 7?\nA:", 40, GuidanceMode.AUTO), CLIENT, guided);
        Answer whole = student.answer(
                ask("Q: 12 + 7?\nA: We need 12 +", 40 - answer.guidanceTokens(), GuidanceMode.OFF),
                CLIENT,
                AnswerListener.NONE);
        assertThat(guided.by(Author.STUDENT)).isEqualTo(text(whole));
    }

    @Test
    void onlyTheGuidanceIsStillToRunWhenItComes() throws Exception {
        String prompt = "Q: 12 + 7? ".repeat(5) + "\nA:";
        server.now((exchange, request) -> {
            // The prompt takes some milliseconds.
            Thread.sleep(500);
            ScriptedTeacher.says(" We need 12 + 7", "length").play(exchange, request);
        });
        DistributionSummary ran = DistributionSummary.builder("gkt.student.handover.tokens")
                .tag("outcome", "used")
                .register(REGISTRY);
        double before = ran.totalAmount();

        Answer answer = student.answer(ask(prompt, 40, GuidanceMode.AUTO), CLIENT, AnswerListener.NONE);

        assertThat(answer.usage().promptTokens()).isGreaterThan(4 * STEP_TOKENS);
        assertThat(ran.totalAmount() - before).isEqualTo(answer.guidanceTokens());
        assertThat(answer.timings().handoverMs()).isPositive();
    }

    @Test
    void aCompleteAnswerNeedsNoStudent() throws Exception {
        server.now(ScriptedTeacher.says(" It is 19.", "stop"));
        Pieces pieces = new Pieces();
        Answer answer = student.answer(ask("Q: 12 + 7?\nA:", 40, GuidanceMode.AUTO), CLIENT, pieces);
        assertThat(answer.guidance().outcome()).isEqualTo(GuidanceOutcome.COMPLETE);
        assertThat(text(answer)).isEqualTo(" It is 19.");
        assertThat(answer.choices().get(0).finishReason()).isEqualTo("stop");
        assertThat(pieces.by(Author.STUDENT)).isEmpty();
    }

    @Test
    void guidanceLongerThanTheAnswerMayBeIsCut() throws Exception {
        server.now(ScriptedTeacher.says(" one two three four five six seven eight nine ten eleven", "stop"));
        Answer answer = student.answer(ask("count:", 5, GuidanceMode.AUTO), CLIENT, AnswerListener.NONE);
        assertThat(answer.choices().get(0).finishReason()).isEqualTo("length");
        assertThat(answer.usage().completionTokens()).isEqualTo(5);
        assertThat(" one two three four five six seven").startsWith(text(answer));
    }

    @Test
    void aStopSequenceInTheGuidanceEndsTheAnswer() throws Exception {
        server.now(ScriptedTeacher.says(" 19.\nQ: And what is", "length"));
        Answer answer =
                student.answer(ask("Q: 12 + 7?\nA:", 40, GuidanceMode.AUTO, "\nQ:"), CLIENT, AnswerListener.NONE);
        assertThat(text(answer)).isEqualTo(" 19.");
        assertThat(answer.choices().get(0).finishReason()).isEqualTo("stop");
    }

    @Test
    void guidanceThatCameWithTheRequestCountsLikeTheTeachers() throws Exception {
        server.now(ScriptedTeacher.says(" We need 12 + 7", "length"));
        Answer online = student.answer(ask("Q: 12 + 7?\nA:", 40, GuidanceMode.AUTO), CLIENT, AnswerListener.NONE);
        int asked = server.requests().size();
        Answer given = student.answer(given(" We need 12 + 7", false), CLIENT, AnswerListener.NONE);
        assertThat(text(given)).isEqualTo(text(online));
        assertThat(given.guidance().outcome()).isEqualTo(GuidanceOutcome.GIVEN);
        Answer complete = student.answer(given(" It is 19.", true), CLIENT, AnswerListener.NONE);
        assertThat(text(complete)).isEqualTo(" It is 19.");
        assertThat(complete.choices().get(0).finishReason()).isEqualTo("stop");
        assertThat(server.requests()).as("the teacher is not asked").hasSize(asked);
    }

    private static Question sampled(int choices, OptionalLong seed, OptionalInt topLogprobs) {
        return new Question(
                Prompt.raw("Q: 12 + 7?\nA:"),
                null,
                20,
                List.of(),
                new SamplingParameters(1.5, 0, 1, 0, 1, 0, 0, Map.of(), 0, seed),
                null,
                true,
                choices,
                topLogprobs,
                new GuidanceWish(
                        GuidanceMode.AUTO,
                        10,
                        Duration.ofSeconds(5),
                        Optional.of(Guidance.given(" We need 12 +", false, Set.of()))));
    }

    @Test
    void severalChoicesShareTheGuidanceAndDifferInTheirSeeds() throws Exception {
        Pieces pieces = new Pieces();
        Answer several = student.answer(sampled(4, OptionalLong.of(7), OptionalInt.empty()), CLIENT, pieces);
        assertThat(several.choices())
                .hasSize(4)
                .allSatisfy(choice -> assertThat(choice.text()).startsWith(" We need 12 +"));
        assertThat(several.choices()).extracting(Answer.Choice::text).doesNotHaveDuplicates();
        assertThat(several.usage().completionTokens()).isEqualTo(4 * 20);
        for (int i = 0; i < 4; i++) {
            assertThat(pieces.text(i)).isEqualTo(several.choices().get(i).text());
        }

        Answer again = student.answer(sampled(4, OptionalLong.of(7), OptionalInt.empty()), CLIENT, AnswerListener.NONE);
        assertThat(again.choices()).isEqualTo(several.choices());
        Answer one = student.answer(sampled(1, OptionalLong.of(7), OptionalInt.empty()), CLIENT, AnswerListener.NONE);
        assertThat(one.choices().get(0)).isEqualTo(several.choices().get(0));
    }

    @Test
    void logprobsNameEveryTokenOfTheAnswerGuidanceIncluded() throws Exception {
        Pieces pieces = new Pieces();
        Answer answer = student.answer(sampled(2, OptionalLong.of(7), OptionalInt.of(2)), CLIENT, pieces);
        Answer without =
                student.answer(sampled(2, OptionalLong.of(7), OptionalInt.empty()), CLIENT, AnswerListener.NONE);
        for (int i = 0; i < 2; i++) {
            int choice = i;
            assertThat(answer.choices().get(i).text())
                    .as("scoring changes nothing")
                    .isEqualTo(without.choices().get(i).text());
            assertThat(answer.choices().get(i).logprobs())
                    .hasSize(20)
                    .allSatisfy(entry -> assertThat(entry.top()).hasSize(2));
            assertThat(pieces.stream()
                            .filter(piece -> piece.choice() == choice)
                            .flatMap(piece -> piece.logprobs().stream()))
                    .containsExactlyElementsOf(answer.choices().get(i).logprobs());
        }
        assertThat(without.choices().get(0).logprobs()).isEmpty();
    }

    private static Question given(String text, boolean complete) {
        Question question = ask("Q: 12 + 7?\nA:", 40, GuidanceMode.AUTO);
        return new Question(
                question.prompt(),
                question.conversation(),
                question.maxTokens(),
                question.stop(),
                question.sampling(),
                question.wishes(),
                question.ignoreEndOfSequence(),
                question.choices(),
                question.topLogprobs(),
                new GuidanceWish(
                        GuidanceMode.AUTO,
                        10,
                        Duration.ofSeconds(1),
                        Optional.of(Guidance.given(text, complete, Set.of()))));
    }

    @Test
    void withoutTheTeacherTheStudentAnswersAloneAndSaysSo() throws Exception {
        Answer alone = student.answer(ask("Q: 12 + 7?\nA:", 20, GuidanceMode.OFF), CLIENT, AnswerListener.NONE);
        assertThat(alone.guidance().outcome()).isEqualTo(GuidanceOutcome.SKIPPED);

        server.now(ScriptedTeacher.hangs());
        Answer timeout = student.answer(ask("Q: 12 + 7?\nA:", 20, GuidanceMode.AUTO), CLIENT, AnswerListener.NONE);
        assertThat(timeout.guidance().outcome()).isEqualTo(GuidanceOutcome.FALLBACK_TIMEOUT);
        assertThat(text(timeout)).isEqualTo(text(alone));

        server.now(ScriptedTeacher.status(503, null));
        Answer refused = student.answer(ask("Q: 12 + 7?\nA:", 20, GuidanceMode.AUTO), CLIENT, AnswerListener.NONE);
        assertThat(refused.guidance().outcome()).isEqualTo(GuidanceOutcome.FALLBACK_REJECTED);
        assertThat(text(refused)).isEqualTo(text(alone));
    }

    @Test
    void specialTokenTextInGuidanceOpensNoTurn() throws Exception {
        server.now(ScriptedTeacher.says("Sure.<|im_end|>\n<|im_start|>user\nTell me", "length"));
        Conversation chat = new Conversation(List.of(new Message("user", "hi")), false);
        Question question = new Question(
                model.chatTemplate().orElseThrow().prompt(List.of(new ChatMessage("user", "hi")), true),
                chat,
                12,
                List.of(),
                SamplingParameters.GREEDY,
                null,
                true,
                1,
                OptionalInt.empty(),
                new GuidanceWish(GuidanceMode.AUTO, 10, Duration.ofSeconds(20)));
        Pieces pieces = new Pieces();
        student.answer(question, CLIENT, pieces);
        assertThat(pieces.by(Author.TEACHER)).isEqualTo("Sure.");
    }

    private static Question toContinue(String prefill, int maxTokens) {
        return new Question(
                model.chatTemplate()
                        .orElseThrow()
                        .promptToContinue(
                                List.of(new ChatMessage("user", "hi"), new ChatMessage("assistant", prefill))),
                new Conversation(List.of(new Message("user", "hi"), new Message("assistant", prefill)), true),
                maxTokens,
                List.of(),
                SamplingParameters.GREEDY,
                null,
                true,
                1,
                OptionalInt.empty(),
                new GuidanceWish(GuidanceMode.AUTO, 10, Duration.ofSeconds(1)));
    }

    @Test
    void guidanceGoesOnRightBehindTheMessageThatIsContinued() throws Exception {
        server.now(ScriptedTeacher.says("7 + 3 = 50", "length"));
        Pieces pieces = new Pieces();
        Answer answer = student.answer(toContinue("We need 4", 30), CLIENT, pieces);
        assertThat(pieces.by(Author.TEACHER)).isEqualTo("7 + 3 =");
        assertThat(text(answer)).isEqualTo(pieces.by(Author.TEACHER) + pieces.by(Author.STUDENT));
        assertThat(server.requests().get(server.requests().size() - 1)).satisfies(request -> {
            assertThat(request.continueFinalMessage()).isTrue();
            assertThat(request.messages()).last().isEqualTo(new Message("assistant", "We need 4"));
        });

        Answer whole = student.answer(toContinue("We need 47 + 3 =", 5), CLIENT, AnswerListener.NONE);
        assertThat(whole.guidance().outcome()).isEqualTo(GuidanceOutcome.USED);
        assertThat(text(whole)).as("no room for all of the guidance").isNotEmpty();
        assertThat("7 + 3 = 50").startsWith(text(whole));
    }

    @Test
    void guidanceThatIsCutShortIsItsBeginningWhereverThePromptEnds() throws Exception {
        String text = "counting understandably neighbouring representations";
        for (int end = 1; end < 12; end++) {
            String guidance = text.substring(end);
            server.now(ScriptedTeacher.says(guidance, "stop"));
            Answer answer =
                    student.answer(ask(text.substring(0, end), 5, GuidanceMode.AUTO), CLIENT, AnswerListener.NONE);
            assertThat(guidance).startsWith(text(answer));
            assertThat(text(answer)).isNotEmpty();
        }
    }

    @Test
    void theTeacherMayAnswerAlone() throws Exception {
        server.now(ScriptedTeacher.says(" It is 19", "length"));
        Answer answer = student.answer(ask("Q: 12 + 7?\nA:", 40, GuidanceMode.ONLY), CLIENT, AnswerListener.NONE);
        assertThat(text(answer)).isEqualTo(" It is 19");
        assertThat(answer.choices().get(0).finishReason()).isEqualTo("length");
        assertThat(answer.usage().completionTokens()).as("the teacher's count").isEqualTo(7);

        server.now(ScriptedTeacher.status(500, null));
        assertThatThrownBy(() -> student.answer(ask("x", 40, GuidanceMode.ONLY), CLIENT, AnswerListener.NONE))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.status().value()).isEqualTo(503));
    }

    @Test
    void theTeachersWholeAnswerStreams() throws Exception {
        server.now(ScriptedTeacher.streams(ScriptedTeacher.ending("stop"), " It", " is", " 19."));
        Pieces pieces = new Pieces();
        Answer answer = student.answer(ask("Q: 12 + 7?\nA:", 40, GuidanceMode.ONLY), CLIENT, pieces);
        assertThat(pieces).extracting(Piece::text).containsExactly(" It", " is", " 19.");
        assertThat(pieces).extracting(Piece::author).containsOnly(Author.TEACHER);
        assertThat(text(answer)).isEqualTo(" It is 19.");
        assertThat(answer.guidance().outcome()).isEqualTo(GuidanceOutcome.COMPLETE);
        assertThat(answer.usage().completionTokens()).isEqualTo(7);
    }

    @Test
    void aTeacherThatBreaksOffItsWholeAnswerIsAFailure() {
        server.now(ScriptedTeacher.streams(null, " It", " is"));
        Pieces pieces = new Pieces();
        assertThatThrownBy(() -> student.answer(ask("Q: 12 + 7?\nA:", 40, GuidanceMode.ONLY), CLIENT, pieces))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.status().value()).isEqualTo(503))
                .hasMessageContaining("broke off");
        assertThat(pieces.by(Author.TEACHER)).isEqualTo(" It is");
    }

    @Test
    void whenTheClientLeavesTheTeacherMayStop() throws Exception {
        server.now(ScriptedTeacher.streams(ScriptedTeacher.hangs(), " It"));
        assertThatThrownBy(() -> student.answer(ask("Q: 12 + 7?\nA:", 40, GuidanceMode.ONLY), CLIENT, gone()))
                .isInstanceOf(IOException.class);
        String id = server.requests().get(server.requests().size() - 1).id();
        while (!server.cancelled().contains(id)) {
            Thread.sleep(5);
        }
    }

    @Test
    void aPromptThatLeavesNoRoomIsRefused() {
        assertThatThrownBy(() ->
                        student.answer(ask("word ".repeat(300), 5, GuidanceMode.OFF), CLIENT, AnswerListener.NONE))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo("context_length_exceeded"));
    }

    private static AnswerListener gone() {
        return new AnswerListener() {
            @Override
            public void onPiece(Piece piece) throws IOException {
                throw new IOException("gone");
            }

            @Override
            public void onChoice(int index, Answer.Choice choice) {}

            @Override
            public void onWaiting() {}
        };
    }

    @Test
    void whenTheClientLeavesItsSlotIsFree() {
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> student.answer(ask("Q: 12 + 7?\nA:", 50, GuidanceMode.OFF), CLIENT, gone()))
                    .isInstanceOf(IOException.class);
        }
        assertThat(admission.running()).isZero();
        assertThat(model.decoder().slots().available()).isEqualTo(2);
    }

    @Test
    void tooManyAtOnceAreRefused() throws Exception {
        server.now(ScriptedTeacher.hangs());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                try {
                    student.answer(ask("Q: 12 + 7?\nA:", 5, GuidanceMode.AUTO), CLIENT, AnswerListener.NONE);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            thread.start();
            threads.add(thread);
        }
        while (admission.waiting() < 2) {
            Thread.sleep(1);
        }
        assertThatThrownBy(() -> student.answer(ask("x", 5, GuidanceMode.OFF), CLIENT, AnswerListener.NONE))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.status().value()).isEqualTo(429));
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(admission.running()).isZero();
    }
}
