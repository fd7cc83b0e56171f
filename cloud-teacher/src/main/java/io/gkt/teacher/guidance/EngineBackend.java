package io.gkt.teacher.guidance;

import io.gkt.inference.LanguageModel;
import io.gkt.inference.generation.GenerationRequest;
import io.gkt.inference.tokenizer.Prompt;
import io.gkt.service.ApiException;
import io.gkt.service.ModelInputs;
import io.gkt.teacher.batching.BatchListener;
import io.gkt.teacher.batching.BatchRequest;
import io.gkt.teacher.batching.MicroBatcher;

/** The model in this process, whose batch requests become rows of. */
final class EngineBackend implements GuidanceBackend {

    private final LanguageModel model;
    private final MicroBatcher batcher;

    /**
     * @param model   writes
     * @param batcher runs it
     */
    EngineBackend(LanguageModel model, MicroBatcher batcher) {
        this.model = model;
        this.batcher = batcher;
    }

    @Override
    public String model() {
        return model.name();
    }

    @Override
    public void submit(GuidanceTask task, BatchListener listener) {
        int[] prompt = task.chat()
                ? tokens(ModelInputs.chat(model, task.conversation()), "messages")
                : tokens(Prompt.raw(task.request().prompt()), "prompt");
        batcher.submit(
                new BatchRequest(
                        task.id(),
                        task.caller(),
                        task.operation(),
                        new GenerationRequest(prompt, prompt.length, task.maxTokens(), task.sampling(), false),
                        task.stop(),
                        task.arrival(),
                        task.deadline()),
                listener);
    }

    private int[] tokens(Prompt prompt, String param) {
        int[] tokens = model.tokenizer().encode(prompt);
        int longest = model.decoder().contextLength() - 1;
        if (tokens.length > longest) {
            throw ApiException.contextLengthExceeded(
                    param,
                    param + " has " + tokens.length + " tokens, but the model takes " + longest
                            + " before an answer of at least one.");
        }
        if (tokens.length == 0) {
            throw ApiException.invalid(param, param + " has no tokens.");
        }
        return tokens;
    }

    @Override
    public boolean cancel(String id) {
        return batcher.cancel(id);
    }
}
