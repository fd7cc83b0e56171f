package io.gkt.student.generation;

import io.gkt.inference.TextModel;
import io.gkt.inference.generation.FinishReason;
import io.gkt.inference.generation.GenerationRequest;
import io.gkt.inference.generation.StopMatcher;
import io.gkt.inference.sampling.TokenLogprobs;
import io.gkt.inference.tokenizer.Prompt;
import io.gkt.service.ApiException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What generates the student's tokens after a prompt. Thread-safe; what it opens belongs to one thread. */
public interface StudentBackend {

    /** @return how to talk to the model */
    TextModel model();

    /** @return what texts depend on besides request and guidance */
    String fingerprint();

    /** @return longest prompt and answer together, in tokens */
    int contextLength();

    /** @return whether it can say how likely its tokens are */
    boolean tellsLogprobs();

    /**
     * Takes a place for one prompt; admission has seen to it that there is one.
     *
     * @param prompt its tokens, at least one
     * @return the place
     */
    Seat open(int[] prompt);

    /** A place in the model for one prompt and the answers to it, one after the other. */
    interface Seat extends AutoCloseable {

        /** @return tokens whose keys and values it holds */
        int held();

        /**
         * Runs a part of the prompt, while there is nothing else to do yet.
         *
         * @return whether anything was done
         */
        boolean prefill();

        /**
         * Begins to write on.
         *
         * @param request prompt, guidance and how to go on
         * @param text    prompt and guidance as they were tokenized
         * @param stops   has seen the guidance
         * @param limit   longest time
         * @return the rest of the answer in the making
         */
        Writing write(GenerationRequest request, Prompt text, StopMatcher stops, Duration limit);

        /** Gives the place back. */
        @Override
        void close();
    }

    /** The rest of an answer in the making. */
    interface Writing extends AutoCloseable {

        /**
         * Takes the next step, or waits for one for a while.
         *
         * @return whether there was one
         * @throws ApiException if there is no more of an answer
         */
        boolean advance();

        /** @return whether the next step may give no token */
        boolean prefilling();

        /** @return text that has become final since the last call */
        String drainText();

        /** @return logprobs of tokens since the last call, where asked for */
        List<TokenLogprobs> drainLogprobs();

        /** @return why it ended; empty while it goes on */
        Optional<FinishReason> finishReason();

        /** @return tokens of the answer, guidance included */
        int completionTokens();

        /** Ends the work, if it goes on. */
        @Override
        void close();
    }
}
