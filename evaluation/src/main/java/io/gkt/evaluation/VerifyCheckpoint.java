package io.gkt.evaluation;

import io.gkt.inference.decoder.Precision;
import io.gkt.inference.verification.CheckpointVerification;
import io.gkt.inference.verification.TokenizerVerification;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "verify-checkpoint",
        description = {
            "Computes logits and greedy tokens of a model and compares them with a reference's.",
            "",
            "Every case runs alone, in a batch with the others, and in a batch that the cases join one after another. "
                    + "It passes if no logit after the prompt differs by more than 0.001 and all greedy tokens are "
                    + "the reference's. Where the reference has texts, their token ids are compared too."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = {
            "  java -jar evaluation.jar verify-checkpoint models/qwen3-tiny",
            "",
            "expected.json:",
            "  {\"cases\": [{\"prompt\": [5, 9], \"last_logits\": [0.25, ...], \"greedy\": [7, 1]}],",
            "   \"text\": [{\"text\": \"Hello\", \"ids\": [9906]}]}"
        })
final class VerifyCheckpoint implements Callable<Integer> {

    @Parameters(
            paramLabel = "DIR",
            description = "Hugging Face model directory: config.json, *.safetensors and the reference's expected.json, "
                    + "with tokenizer.json if that has texts.")
    private Path directory;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<CheckpointVerification.Outcome> cases = CheckpointVerification.run(directory, Precision.FLOAT32);
        for (CheckpointVerification.Outcome outcome : cases) {
            out.printf(
                    Locale.ROOT,
                    "%-9s  %4d prompt tokens  largest logit difference %.2e  greedy %d/%d  %s%n",
                    outcome.schedule().name().toLowerCase(Locale.ROOT),
                    outcome.promptTokens(),
                    outcome.largestError(),
                    outcome.matchingTokens(),
                    outcome.expectedTokens(),
                    Verdict.of(outcome.passes()));
        }
        long failed = cases.stream().filter(outcome -> !outcome.passes()).count();
        List<TokenizerVerification.Outcome> texts =
                TokenizerVerification.run(directory, directory.resolve("expected.json"));
        failed += VerifyTokenizer.print(texts, out);
        return Verdict.conclude(cases.size() + texts.size(), failed, out);
    }
}
