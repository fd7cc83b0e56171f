package io.gkt.student.generation;

import io.gkt.inference.TextModel;
import io.gkt.inference.decoder.OutOfMemoryException;
import io.gkt.inference.generation.FinishReason;
import io.gkt.inference.generation.GenerationRequest;
import io.gkt.inference.generation.StopMatcher;
import io.gkt.inference.sampling.TokenLogprobs;
import io.gkt.inference.tokenizer.Detokenizer;
import io.gkt.protocol.Usage;
import io.gkt.service.ApiException;
import io.gkt.service.MemoryHealth;
import io.gkt.service.ShutdownGrace;
import io.gkt.student.generation.Question.GuidanceWish;
import io.gkt.student.guidance.Guidance;
import io.gkt.student.guidance.GuidanceMode;
import io.gkt.student.guidance.GuidanceOutcome;
import io.gkt.student.guidance.GuidanceQuestion;
import io.gkt.student.guidance.GuidanceText;
import io.gkt.student.guidance.Teacher;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers questions with the student, which the teacher helps to begin. Each answer is made on its caller's thread. */
public final class Student {

    private static final Logger LOG = LoggerFactory.getLogger(Student.class);
    private static final long HEARTBEAT_MILLIS = 2_000;
    private static final long POLL_MILLIS = 100;
    /** No piece is empty. */
    private static final String NO_MORE = "";

    private static final String TEACHER_TOO_SLOW = "The teacher did not answer in time.";

    private static final Duration TEACHER_RETRY_AFTER = Duration.ofSeconds(2);

    private final StudentBackend backend;
    private final Teacher teacher;
    private final Admission admission;
    private final GuidanceText.Boundary boundary;
    private final MemoryHealth memory;
    private final ShutdownGrace grace;
    private final StudentMetrics metrics;

    /**
     * @param backend        generates
     * @param teacher        helps
     * @param admission      as many permits as the backend has places
     * @param boundary       where guidance may end
     * @param memory         is told when there is too little
     * @param grace          ends answers that take too long for a service that stops
     * @param registry       is told what happens
     */
    public Student(
            StudentBackend backend,
            Teacher teacher,
            Admission admission,
            GuidanceText.Boundary boundary,
            MemoryHealth memory,
            ShutdownGrace grace,
            MeterRegistry registry) {
        this.backend = backend;
        this.teacher = teacher;
        this.admission = admission;
        this.boundary = boundary;
        this.memory = memory;
        this.grace = grace;
        this.metrics = new StudentMetrics(registry, admission);
    }

    /** @return what generates */
    public StudentBackend backend() {
        return backend;
    }

    /** @return how to talk to the model that answers */
    public TextModel model() {
        return backend.model();
    }

    /**
     * Answers. Blocks until the answer is complete.
     *
     * @param question what to answer
     * @param client   who waits for it
     * @param listener hears of it while it is made, on this thread
     * @return the answer
     * @throws IOException  if the listener's client has gone
     * @throws ApiException if the prompt is too long, too many wait, time is up, memory has run out or the service
     *                      can't wait any longer before it stops
     */
    public Answer answer(Question question, Client client, AnswerListener listener) throws IOException {
        int[] prompt = model().tokenizer().encode(question.prompt());
        int room = backend.contextLength() - prompt.length;
        if (prompt.length == 0) {
            throw ApiException.invalid(null, "The prompt is empty.");
        }
        if (room < 1) {
            throw ApiException.contextLengthExceeded(
                    question.conversation() == null ? "prompt" : "messages",
                    "The prompt has " + prompt.length + " tokens, and with an answer of at least one it must fit into "
                            + backend.contextLength() + ".");
        }
        Work work = new Work(question, client, listener, prompt, room);
        try {
            return question.guidance().mode() == GuidanceMode.ONLY ? work.byTeacher() : work.byStudent();
        } catch (IOException e) {
            metrics.cancelled();
            throw e;
        } catch (OutOfMemoryException e) {
            LOG.error("An answer failed for want of memory", e);
            memory.ranOut();
            throw ApiException.unavailable("The edge is short of memory; try again later.", MemoryHealth.RECOVERY);
        }
    }

    /** One answer in the making. */
    private final class Work {

        private final long started = System.nanoTime();
        private final Question question;
        private final Client client;
        private final AnswerListener listener;
        private final int[] prompt;
        private final int maxTokens;
        private long lastHeartbeat = started;
        private double timeToFirstText = -1;
        private double queueMs;
        private double guidanceMs;
        private double prefillMs;
        private double decodeMs;
        private double handoverMs;

        Work(Question question, Client client, AnswerListener listener, int[] prompt, int room) {
            this.question = question;
            this.client = client;
            this.listener = listener;
            this.prompt = prompt;
            this.maxTokens = question.maxTokens() == null ? room : Math.min(room, question.maxTokens());
        }

        Answer byTeacher() throws IOException {
            if (!teacher.exists()) {
                throw ApiException.invalid(
                        "guidance.mode", "No teacher is configured; set gkt.student.teacher.url, or leave mode out.");
            }
            Draft draft = new Draft(0);
            Guidance guidance = listener.wantsPieces() ? streamByTeacher(draft) : wholeByTeacher();
            boolean empty = guidance.outcome() == GuidanceOutcome.EMPTY;
            if (!guidance.outcome().helped() && !empty) {
                String outcome = "(" + guidance.outcome().wireName() + ")";
                throw ApiException.unavailable(
                        draft.text.isEmpty()
                                ? "The teacher can't answer now " + outcome
                                        + "; without guidance.mode \"only\" the student would."
                                : "The teacher broke off its answer " + outcome + ".",
                        TEACHER_RETRY_AFTER);
            }
            draft.add(Author.TEACHER, guidance.text().substring(draft.text.length()), List.of());
            Usage usage = guidance.usage() == null ? Usage.of(prompt.length, 0, 0) : guidance.usage();
            draft.finishReason = guidance.outcome() == GuidanceOutcome.USED ? FinishReason.LENGTH : FinishReason.STOP;
            guidanceMs = elapsedMs();
            return finish(List.of(draft.finished()), usage, guidance, usage.completionTokens());
        }

        private Guidance wholeByTeacher() throws IOException {
            CompletableFuture<Guidance> asked = teacher.ask(guidanceQuestion(question.maxTokens()));
            try {
                return awaitGuidance(asked);
            } finally {
                asked.cancel(true);
            }
        }

        private Guidance streamByTeacher(Draft draft) throws IOException {
            // As much as the teacher may send at most.
            BlockingQueue<String> pieces = new LinkedBlockingQueue<>();
            CompletableFuture<Guidance> asked = teacher.ask(guidanceQuestion(question.maxTokens()), pieces::add);
            try {
                asked.whenComplete((guidance, failure) -> pieces.add(NO_MORE));
                for (String piece = next(pieces); !NO_MORE.equals(piece); piece = next(pieces)) {
                    draft.add(Author.TEACHER, piece, List.of());
                }
                return awaitGuidance(asked);
            } finally {
                asked.cancel(true);
            }
        }

        private String next(BlockingQueue<String> pieces) throws IOException {
            try {
                while (true) {
                    String piece = pieces.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                    if (piece != null) {
                        return piece;
                    }
                    stillWaiting(TEACHER_TOO_SLOW);
                }
            } catch (InterruptedException e) {
                throw stopping();
            }
        }

        private static ApiException stopping() {
            Thread.currentThread().interrupt();
            return ApiException.unavailable("The edge is stopping.", TEACHER_RETRY_AFTER);
        }

        Answer byStudent() throws IOException {
            CompletableFuture<Void> turn = admission.enter(client.name());
            try {
                await(turn, "The edge is busy; the request waited too long.");
                queueMs = elapsedMs();
                try (StudentBackend.Seat seat = backend.open(prompt)) {
                    return seated(seat);
                }
            } finally {
                admission.leave(turn);
            }
        }

        /** To be called before each step: nothing is computed that nobody waits for any more. */
        private void goOn() throws IOException {
            goOnWaiting();
            if (remaining().isNegative()) {
                throw ApiException.deadlineExceeded("The answer took longer than "
                        + client.patience().toMillis() + " ms; ask for fewer tokens, or allow more time.");
            }
        }

        private void goOnWaiting() throws IOException {
            listener.stillThere();
            if (grace.isOver()) {
                throw ShutdownGrace.refusal();
            }
        }

        private Duration remaining() {
            return client.patience().minusNanos(System.nanoTime() - started);
        }

        private Answer seated(StudentBackend.Seat seat) throws IOException {
            int cached = seat.held();
            CompletableFuture<Guidance> asked = ask();
            try {
                boolean more = true;
                while (more && !asked.isDone()) {
                    goOn();
                    more = seat.prefill();
                }
                prefillMs = elapsedMs() - queueMs;
                Guidance guidance = fit(awaitGuidance(asked).cutAt(boundary));
                guidanceMs = elapsedMs() - queueMs;
                return complete(seat, guidance, cached);
            } finally {
                asked.cancel(true);
            }
        }

        private CompletableFuture<Guidance> ask() {
            GuidanceWish wish = question.guidance();
            if (wish.given().isPresent()) {
                return CompletableFuture.completedFuture(wish.given().get());
            }
            return wish.mode() == GuidanceMode.OFF
                    ? CompletableFuture.completedFuture(Guidance.SKIPPED)
                    : teacher.ask(guidanceQuestion(Math.min(maxTokens, wish.maxTokens())));
        }

        private Answer complete(StudentBackend.Seat seat, Guidance guidance, int cached) throws IOException {
            Beginning beginning = begin(guidance);
            List<Answer.Choice> choices = new ArrayList<>();
            int completionTokens = 0;
            for (int i = 0; i < question.choices(); i++) {
                if (i > 0) {
                    listener.onChoice(i - 1, choices.get(i - 1));
                }
                Draft draft = new Draft(i);
                completionTokens += write(draft, guidance, beginning, seat);
                choices.add(draft.finished());
            }
            return finish(choices, Usage.of(prompt.length, completionTokens, cached), guidance, beginning.given());
        }

        /** What all choices begin with. */
        private Beginning begin(Guidance guidance) {
            int[] tokens = guidance.text().isEmpty()
                    ? prompt
                    : model().tokenizer().encode(question.prompt().plus(guidance.text()));
            int promptLength = Math.min(prompt.length, tokens.length);
            if (tokens.length - promptLength > maxTokens) {
                int[] fitting = Arrays.copyOf(tokens, promptLength + maxTokens);
                return new Beginning(fitting, promptLength, textBehindPrompt(fitting), false);
            }
            boolean ended = guidance.outcome().helped() && guidance.complete();
            return new Beginning(tokens, promptLength, guidance.text(), ended);
        }

        /** Writes one choice. Returns its tokens. */
        private int write(Draft draft, Guidance guidance, Beginning beginning, StudentBackend.Seat seat)
                throws IOException {
            StopMatcher stops = new StopMatcher(question.stop());
            draft.add(Author.TEACHER, stops.push(beginning.text()), List.of());
            if (beginning.ended() || stops.matched() || beginning.given() >= maxTokens) {
                draft.add(Author.TEACHER, stops.finish(), List.of());
                draft.finishReason = beginning.ended() || stops.matched() ? FinishReason.STOP : FinishReason.LENGTH;
                return beginning.given();
            }
            GenerationRequest request = new GenerationRequest(
                    beginning.tokens(),
                    beginning.promptLength(),
                    maxTokens,
                    question.sampling().forChoice(draft.index),
                    question.ignoreEndOfSequence(),
                    question.topLogprobs());
            try (StudentBackend.Writing writing =
                    seat.write(request, question.prompt().plus(guidance.text()), stops, remaining())) {
                return write(draft, guidance, beginning, seat, writing);
            }
        }

        private int write(
                Draft draft,
                Guidance guidance,
                Beginning beginning,
                StudentBackend.Seat seat,
                StudentBackend.Writing writing)
                throws IOException {
            int handoverTokens = beginning.tokens().length - seat.held();
            double began = elapsedMs();
            while (writing.finishReason().isEmpty()) {
                goOn();
                boolean prefilling = writing.prefilling();
                if (!writing.advance()) {
                    heartbeat();
                }
                if (handoverMs == 0 && writing.completionTokens() > beginning.given()) {
                    handoverMs = elapsedMs() - queueMs - guidanceMs;
                    metrics.handedOver(guidance.outcome(), handoverMs, handoverTokens);
                }
                draft.add(Author.STUDENT, writing.drainText(), writing.drainLogprobs());
                if (prefilling) {
                    prefillMs += elapsedMs() - began;
                    began = elapsedMs();
                }
            }
            draft.add(Author.STUDENT, writing.drainText(), writing.drainLogprobs());
            draft.finishReason = writing.finishReason().orElseThrow();
            draft.flush();
            decodeMs += elapsedMs() - began;
            return writing.completionTokens();
        }

        /** The prompt's last tokens may be others where it is one text with guidance. */
        private String textBehindPrompt(int[] tokens) {
            int mismatch = Arrays.mismatch(prompt, tokens);
            int common = mismatch < 0 ? prompt.length : mismatch;
            String rest = decode(prompt, common);
            String text = decode(tokens, common);
            return text.startsWith(rest) ? text.substring(rest.length()) : "";
        }

        private String decode(int[] tokens, int from) {
            Detokenizer detokenizer = model().tokenizer().detokenizer(Arrays.copyOf(tokens, from));
            StringBuilder decoded = new StringBuilder();
            for (int i = from; i < tokens.length; i++) {
                decoded.append(detokenizer.append(tokens[i]));
            }
            return decoded.append(detokenizer.finish()).toString();
        }

        private GuidanceQuestion guidanceQuestion(Integer tokens) {
            boolean alone = question.guidance().mode() == GuidanceMode.ONLY;
            return new GuidanceQuestion(
                    question.conversation(),
                    question.conversation() == null ? question.prompt().text() : null,
                    tokens,
                    question.stop(),
                    alone ? question.wishes() : null,
                    alone ? Set.of() : model().tokenizer().specialTokens(),
                    patienceWithTeacher(alone));
        }

        /** If the student is to answer too, half of what is left is its own. */
        private Duration patienceWithTeacher(boolean alone) {
            Duration most = alone ? remaining() : remaining().dividedBy(2);
            Duration wanted = question.guidance().timeout();
            return wanted.compareTo(most) < 0 ? wanted : most;
        }

        private Guidance awaitGuidance(CompletableFuture<Guidance> asked) throws IOException {
            return await(asked, TEACHER_TOO_SLOW);
        }

        private void stillWaiting(String inVain) throws IOException {
            goOnWaiting();
            heartbeat();
            if (remaining().isNegative()) {
                throw ApiException.unavailable(inVain, Admission.RETRY_AFTER);
            }
        }

        private void heartbeat() throws IOException {
            if (System.nanoTime() - lastHeartbeat >= TimeUnit.MILLISECONDS.toNanos(HEARTBEAT_MILLIS)) {
                lastHeartbeat = System.nanoTime();
                listener.onWaiting();
            }
        }

        /** Waits as long as the client does. */
        private <T> T await(CompletableFuture<T> awaited, String inVain) throws IOException {
            while (true) {
                try {
                    return awaited.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    stillWaiting(inVain);
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof ApiException refusal ? refusal : new IllegalStateException(e);
                } catch (InterruptedException e) {
                    throw stopping();
                }
            }
        }

        /** Text that goes on with other text, the prompt's or a message's, is right as it is. */
        private Guidance fit(Guidance guidance) {
            return question.conversation() == null || question.conversation().continuesFinalMessage()
                    ? guidance
                    : guidance.withText(GuidanceText.fitTo(
                            question.prompt().text(),
                            guidance.text(),
                            model().tokenizer().specialTokens()));
        }

        private Answer finish(List<Answer.Choice> choices, Usage usage, Guidance guidance, int given) {
            double total = elapsedMs();
            Answer answer = new Answer(
                    choices,
                    usage,
                    guidance,
                    given,
                    new Answer.Timings(queueMs, guidanceMs, prefillMs, handoverMs, decodeMs, total));
            double first = timeToFirstText < 0 ? total : timeToFirstText;
            metrics.answered(answer, Duration.ofNanos(Math.round(first * 1e6)));
            return answer;
        }

        private double elapsedMs() {
            return (System.nanoTime() - started) / 1e6;
        }

        /** One choice in the making. */
        private final class Draft {

            private final int index;
            private final StringBuilder text = new StringBuilder();
            private final List<TokenLogprobs> logprobs = new ArrayList<>();
            private int passedOn;
            private FinishReason finishReason;

            Draft(int index) {
                this.index = index;
            }

            void add(Author author, String piece, List<TokenLogprobs> ofTokens) throws IOException {
                logprobs.addAll(ofTokens);
                if (!piece.isEmpty()) {
                    if (timeToFirstText < 0) {
                        timeToFirstText = elapsedMs();
                    }
                    text.append(piece);
                    passOn(author, piece);
                }
            }

            /** Logprobs of tokens whose text was held back and never came. */
            void flush() throws IOException {
                if (passedOn < logprobs.size()) {
                    passOn(Author.STUDENT, "");
                }
            }

            private void passOn(Author author, String piece) throws IOException {
                listener.onPiece(
                        new Piece(index, author, piece, List.copyOf(logprobs.subList(passedOn, logprobs.size()))));
                passedOn = logprobs.size();
            }

            Answer.Choice finished() {
                return new Answer.Choice(text.toString(), finishReason.wireName(), List.copyOf(logprobs));
            }
        }
    }

    /**
     * What all choices of an answer begin with.
     *
     * @param tokens       the prompt, then the guidance
     * @param promptLength how many of them are the prompt
     * @param text         the guidance
     * @param ended        whether it is the whole answer
     */
    private record Beginning(int[] tokens, int promptLength, String text, boolean ended) {

        int given() {
            return tokens.length - promptLength;
        }
    }
}
