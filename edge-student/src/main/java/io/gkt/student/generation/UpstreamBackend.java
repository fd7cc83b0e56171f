package io.gkt.student.generation;

import io.gkt.inference.TextModel;
import io.gkt.inference.generation.FinishReason;
import io.gkt.inference.generation.GenerationRequest;
import io.gkt.inference.generation.StopMatcher;
import io.gkt.inference.sampling.SamplingParameters;
import io.gkt.inference.sampling.TokenLogprobs;
import io.gkt.inference.tokenizer.Prompt;
import io.gkt.protocol.Usage;
import io.gkt.service.ApiException;
import io.gkt.service.upstream.PromptForm;
import io.gkt.service.upstream.Upstream;
import io.gkt.service.upstream.UpstreamListener;
import io.gkt.service.upstream.UpstreamRequest;
import io.gkt.service.upstream.UpstreamRequest.Input;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Another server, such as llama.cpp's beside this one, that goes on after prompt and guidance. */
public final class UpstreamBackend implements StudentBackend {

    private static final long PATIENCE_MILLIS = 100;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Upstream upstream;
    private final PromptForm form;
    private final TextModel model;
    private final int contextLength;

    /**
     * @param upstream      the server
     * @param form          how it gets prompts; not messages, which it could not go on with
     * @param model         what it runs
     * @param contextLength longest prompt and answer together that it takes, in tokens
     */
    public UpstreamBackend(Upstream upstream, PromptForm form, TextModel model, int contextLength) {
        this.upstream = upstream;
        this.form = form;
        this.model = model;
        this.contextLength = contextLength;
    }

    @Override
    public TextModel model() {
        return model;
    }

    @Override
    public String fingerprint() {
        return model.fingerprint() + " " + upstream.model();
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    /** Servers name tokens by their texts, of which several may have the same, and don't score guidance. */
    @Override
    public boolean tellsLogprobs() {
        return false;
    }

    @Override
    public Seat open(int[] prompt) {
        return new Seat() {
            @Override
            public int held() {
                return 0;
            }

            @Override
            public boolean prefill() {
                return false;
            }

            @Override
            public Writing write(GenerationRequest request, Prompt text, StopMatcher stops, Duration limit) {
                return new RemoteWriting(request, text, stops, limit);
            }

            @Override
            public void close() {}
        };
    }

    /** What the server says, passed from its connection's thread to the answer's. */
    private final class RemoteWriting implements Writing, UpstreamListener {

        private final LinkedBlockingQueue<Runnable> news = new LinkedBlockingQueue<>();
        private final StopMatcher stops;
        private final int given;
        private final Upstream.Exchange exchange;
        private final StringBuilder text = new StringBuilder();
        private int tokens;
        private FinishReason finishReason;

        RemoteWriting(GenerationRequest request, Prompt whole, StopMatcher stops, Duration limit) {
            this.stops = stops;
            this.given = request.tokens().length - request.promptLength();
            SamplingParameters sampling = request.sampling();
            this.exchange = upstream.generate(
                    UpstreamRequest.of(
                            upstream.model(),
                            form == PromptForm.TOKENS
                                    ? Input.tokens(request.tokens())
                                    : Input.text(whole.text(), whole.addSpecialTokens()),
                            request.maxTokens() - given,
                            stops.stops(),
                            sampling.withMinTokens(Math.max(0, sampling.minTokens() - given)),
                            request.ignoreEndOfSequence()),
                    limit,
                    this);
        }

        @Override
        public void piece(String piece) {
            news.add(() -> {
                tokens++;
                text.append(stops.push(piece));
                if (stops.matched()) {
                    finishReason = FinishReason.STOP;
                }
            });
        }

        @Override
        public void finished(FinishReason reason, Usage usage) {
            news.add(() -> {
                text.append(stops.finish());
                tokens = usage == null ? tokens : usage.completionTokens();
                finishReason = reason;
            });
        }

        @Override
        public void failed(ApiException error) {
            news.add(() -> {
                throw error;
            });
        }

        @Override
        public boolean advance() {
            try {
                Runnable next = news.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    next.run();
                }
                return next != null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw ApiException.unavailable("The edge is stopping.", RETRY_AFTER);
            }
        }

        @Override
        public boolean prefilling() {
            return tokens == 0;
        }

        @Override
        public String drainText() {
            String drained = text.toString();
            text.setLength(0);
            return drained;
        }

        @Override
        public List<TokenLogprobs> drainLogprobs() {
            return List.of();
        }

        @Override
        public Optional<FinishReason> finishReason() {
            return Optional.ofNullable(finishReason);
        }

        @Override
        public int completionTokens() {
            return given + tokens;
        }

        @Override
        public void close() {
            exchange.cancel();
        }
    }
}
