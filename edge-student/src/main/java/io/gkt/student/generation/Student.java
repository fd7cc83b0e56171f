package io.gkt.student.generation;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.decoder.Chunk;
import io.gkt.inference.decoder.Slot;
import io.gkt.inference.generation.FinishReason;
import io.gkt.inference.generation.GenerationRequest;
import io.gkt.inference.generation.Sequence;
import io.gkt.inference.generation.StopMatcher;
import io.gkt.inference.tokenizer.Detokenizer;
import io.gkt.protocol.Usage;
import io.gkt.service.ApiException;
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
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Answers questions with the model on this machine, which the teacher helps to begin. Each answer is generated at batch
 * size 1 on its caller's thread; the decoder takes the steps of several in turn.
 */
public final class Student {

    private static final long HEARTBEAT_MILLIS = 2_000;
    private static final Duration TEACHER_RETRY_AFTER = Duration.ofSeconds(2);

    private final LanguageModel model;
    private final Teacher teacher;
    private final Admission admission;
    private final GuidanceText.Boundary boundary;
    private final Duration requestTimeout;
    private final int maxStepTokens;
    private final StudentMetrics metrics;

    /**
     * @param model          answers
     * @param teacher        helps
     * @param admission      as many permits as the model has slots
     * @param boundary       where guidance may end
     * @param requestTimeout after which an answer is given up
     * @param maxStepTokens  most tokens of a prompt that run in one step, so that other answers' steps need not wait
     *                       long
     * @param registry       is told what happens
     */
    public Student(
            LanguageModel model,
            Teacher teacher,
            Admission admission,
            GuidanceText.Boundary boundary,
            Duration requestTimeout,
            int maxStepTokens,
            MeterRegistry registry) {
        this.model = model;
        this.teacher = teacher;
        this.admission = admission;
        this.boundary = boundary;
        this.requestTimeout = requestTimeout;
        this.maxStepTokens = maxStepTokens;
        this.metrics = new StudentMetrics(registry, admission);
    }

    /** @return the model that answers */
    public LanguageModel model() {
        return model;
    }

    /**
     * Answers. Blocks until the answer is complete.
     *
     * @param question what to answer
     * @param listener hears of it while it is made, on this thread
     * @return the answer
     * @throws IOException  if the listener's client has gone
     * @throws ApiException if the prompt is too long, too many wait, or time is up
     */
    public Answer answer(Question question, AnswerListener listener) throws IOException {
        int[] prompt = model.tokenizer().encode(question.prompt());
        int room = model.decoder().contextLength() - prompt.length;
        if (prompt.length == 0) {
            throw ApiException.invalid(null, "The prompt is empty.");
        }
        if (room < 1) {
            throw ApiException.contextLengthExceeded(
                    question.messages() == null ? "prompt" : "messages",
                    "The prompt has " + prompt.length + " tokens, and with an answer of at least one it must fit into "
                            + model.decoder().contextLength() + ".");
        }
        Work work = new Work(question, listener, prompt, room);
        try {
            return question.guidance().mode() == GuidanceMode.ONLY ? work.byTeacher() : work.byStudent();
        } catch (IOException e) {
            metrics.cancelled();
            throw e;
        }
    }

    /** One answer in the making. */
    private final class Work {

        private final long started = System.nanoTime();
        private final Question question;
        private final AnswerListener listener;
        private final int[] prompt;
        private final int maxTokens;
        private final StringBuilder text = new StringBuilder();
        private double timeToFirstText = -1;
        private double queueMs;
        private double guidanceMs;
        private double prefillMs;
        private double decodeMs;
        private double handoverMs;

        Work(Question question, AnswerListener listener, int[] prompt, int room) {
            this.question = question;
            this.listener = listener;
            this.prompt = prompt;
            this.maxTokens = question.maxTokens() == null ? room : Math.min(room, question.maxTokens());
        }

        Answer byTeacher() throws IOException {
            if (!teacher.exists()) {
                throw ApiException.invalid(
                        "guidance.mode", "No teacher is configured; set gkt.student.teacher.url, or leave mode out.");
            }
            CompletableFuture<Guidance> asked = teacher.ask(guidanceQuestion(question.maxTokens()));
            Guidance guidance;
            try {
                guidance = await(asked);
            } finally {
                asked.cancel(true);
            }
            boolean empty = guidance.outcome() == GuidanceOutcome.EMPTY;
            if (!guidance.outcome().helped() && !empty) {
                throw ApiException.unavailable(
                        "The teacher can't answer now (" + guidance.outcome().wireName()
                                + "); without guidance.mode \"only\" the student would.",
                        TEACHER_RETRY_AFTER);
            }
            emit(Author.TEACHER, guidance.text());
            Usage usage = guidance.usage() == null ? Usage.of(prompt.length, 0, 0) : guidance.usage();
            boolean ended = guidance.outcome() != GuidanceOutcome.USED;
            guidanceMs = elapsedMs();
            return finish(ended ? FinishReason.STOP : FinishReason.LENGTH, usage, guidance, usage.completionTokens());
        }

        Answer byStudent() throws IOException {
            admission.enter(requestTimeout);
            try {
                queueMs = elapsedMs();
                Slot slot = model.decoder().slots().acquire(prompt).orElseThrow();
                try {
                    return inSlot(slot);
                } finally {
                    model.decoder().slots().release(slot);
                }
            } finally {
                admission.leave();
            }
        }

        private Answer inSlot(Slot slot) throws IOException {
            int cached = slot.length();
            CompletableFuture<Guidance> asked = ask();
            try {
                while (!asked.isDone() && slot.length() < prompt.length) {
                    int end = Math.min(prompt.length, slot.length() + maxStepTokens);
                    model.decoder().step(List.of(new Chunk(slot, Arrays.copyOfRange(prompt, slot.length(), end))));
                }
                prefillMs = elapsedMs() - queueMs;
                Guidance guidance = fit(await(asked).cutAt(boundary));
                guidanceMs = elapsedMs() - queueMs;
                return complete(slot, guidance, cached);
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

        private Answer complete(Slot slot, Guidance guidance, int cached) throws IOException {
            StopMatcher stops = new StopMatcher(question.stop());
            int[] tokens = guidance.text().isEmpty()
                    ? prompt
                    : model.tokenizer().encode(question.prompt().plus(guidance.text()));
            int promptLength = Math.min(prompt.length, tokens.length);
            String begun = guidance.text();
            boolean tooLong = tokens.length - promptLength > maxTokens;
            if (tooLong) {
                tokens = Arrays.copyOf(tokens, promptLength + maxTokens);
                begun = decode(tokens, promptLength);
            }
            int given = tokens.length - promptLength;
            emit(Author.TEACHER, stops.push(begun));
            boolean ended = !tooLong && guidance.outcome().helped() && guidance.complete();
            if (ended || stops.matched() || given >= maxTokens) {
                emit(Author.TEACHER, stops.finish());
                FinishReason reason = ended || stops.matched() ? FinishReason.STOP : FinishReason.LENGTH;
                return finish(reason, Usage.of(prompt.length, given, cached), guidance, given);
            }
            GenerationRequest request = new GenerationRequest(
                    tokens, promptLength, maxTokens, question.sampling(), question.ignoreEndOfSequence());
            Sequence sequence = new Sequence(model, request, slot, stops);
            int handoverTokens = tokens.length - slot.length();
            double began = elapsedMs();
            while (sequence.finishReason().isEmpty()) {
                if (elapsedMs() > requestTimeout.toMillis()) {
                    throw ApiException.deadlineExceeded("The answer took longer than " + requestTimeout.toSeconds()
                            + " s; ask for fewer tokens, or raise gkt.student.request-timeout.");
                }
                boolean prefilling = sequence.prefilling();
                sequence.accept(model.decoder().step(List.of(sequence.next(maxStepTokens)))[0]);
                if (handoverMs == 0 && sequence.completionTokens() > given) {
                    handoverMs = elapsedMs() - queueMs - guidanceMs;
                    metrics.handedOver(guidance.outcome(), handoverMs, handoverTokens);
                }
                emit(Author.STUDENT, sequence.drainText());
                if (prefilling) {
                    prefillMs += elapsedMs() - began;
                    began = elapsedMs();
                }
            }
            emit(Author.STUDENT, sequence.drainText());
            decodeMs = elapsedMs() - began;
            Usage usage = Usage.of(prompt.length, sequence.completionTokens(), cached);
            return finish(sequence.finishReason().orElseThrow(), usage, guidance, given);
        }

        private String decode(int[] tokens, int from) {
            Detokenizer detokenizer = model.tokenizer().detokenizer(Arrays.copyOf(tokens, from));
            StringBuilder decoded = new StringBuilder();
            for (int i = from; i < tokens.length; i++) {
                decoded.append(detokenizer.append(tokens[i]));
            }
            return decoded.append(detokenizer.finish()).toString();
        }

        private GuidanceQuestion guidanceQuestion(Integer tokens) {
            boolean alone = question.guidance().mode() == GuidanceMode.ONLY;
            return new GuidanceQuestion(
                    question.messages(),
                    question.messages() == null ? question.prompt().text() : null,
                    tokens,
                    question.stop(),
                    alone ? question.wishes() : null,
                    alone ? Set.of() : model.tokenizer().specialTokens(),
                    shorter(question.guidance().timeout(), requestTimeout));
        }

        private static Duration shorter(Duration one, Duration other) {
            return one.compareTo(other) < 0 ? one : other;
        }

        private Guidance await(CompletableFuture<Guidance> asked) throws IOException {
            while (true) {
                try {
                    return asked.get(HEARTBEAT_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    listener.onWaiting();
                } catch (ExecutionException e) {
                    throw new IllegalStateException("asking the teacher must not fail", e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw ApiException.unavailable("The edge is stopping.", TEACHER_RETRY_AFTER);
                }
            }
        }

        private Guidance fit(Guidance guidance) {
            return question.messages() == null
                    ? guidance
                    : guidance.withText(GuidanceText.fitTo(
                            question.prompt().text(),
                            guidance.text(),
                            model.tokenizer().specialTokens()));
        }

        private void emit(Author author, String piece) throws IOException {
            if (piece.isEmpty()) {
                return;
            }
            if (timeToFirstText < 0) {
                timeToFirstText = elapsedMs();
            }
            text.append(piece);
            listener.onText(author, piece);
        }

        private Answer finish(FinishReason reason, Usage usage, Guidance guidance, int given) {
            double total = elapsedMs();
            Answer answer = new Answer(
                    text.toString(),
                    reason.wireName(),
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
    }
}
