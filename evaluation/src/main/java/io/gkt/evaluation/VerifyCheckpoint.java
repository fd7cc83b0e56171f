package io.gkt.evaluation;

import io.gkt.inference.decoder.Precision;
import io.gkt.inference.verification.CheckpointVerification;
import io.gkt.inference.verification.CheckpointVerification.Outcome;
import io.gkt.inference.verification.TokenizerVerification;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "verify-checkpoint",
        description = {
            "Computes logits and greedy tokens of a model and compares them with a reference's.",
            "",
            "Every case runs alone, in a batch with the others, and in a batch that the cases join one after another. "
                    + "It passes if no logit after the prompt differs by more than 0.0005 standard deviations of the "
                    + "logits and all greedy tokens are the reference's. In less precise number formats logits may "
                    + "differ by as much as rounding the weights explains, and near ties may turn: how many greedy "
                    + "tokens agree is printed. Where the reference has texts, their token ids are compared too."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = {
            "  java -jar evaluation.jar verify-checkpoint models/qwen3-tiny",
            "  java -jar evaluation.jar verify-checkpoint models/qwen3-tiny --precision int8",
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

    @Option(
            names = "--precision",
            defaultValue = "float32",
            description = "Number format of the matrices, as the services' setting: ${COMPLETION-CANDIDATES}. "
                    + "Default: ${DEFAULT-VALUE}")
    private Precision precision;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<Outcome> cases = CheckpointVerification.run(directory, precision);
        for (Outcome outcome : cases) {
            out.printf(
                    Locale.ROOT,
                    "%-9s  %4d prompt tokens  largest logit difference %.2e  greedy %d/%d  %s%n",
                    outcome.schedule().name().toLowerCase(Locale.ROOT),
                    outcome.promptTokens(),
                    outcome.largestError(),
                    outcome.agreeingTokens(),
                    outcome.expectedTokens(),
                    Verdict.of(outcome.passes()));
        }
        out.printf(
                Locale.ROOT,
                "%s: largest logit difference %.2e (%.2e standard deviations), greedy agreement %.1f %%%n",
                precision.name().toLowerCase(Locale.ROOT),
                largest(cases, Outcome::largestError),
                largest(cases, Outcome::relativeError),
                100.0
                        * cases.stream().mapToInt(Outcome::agreeingTokens).sum()
                        / cases.stream().mapToInt(Outcome::expectedTokens).sum());
        long failed = cases.stream().filter(outcome -> !outcome.passes()).count();
        List<TokenizerVerification.Outcome> texts =
                TokenizerVerification.run(directory, directory.resolve("expected.json"));
        failed += VerifyTokenizer.print(texts, out);
        return Verdict.conclude(cases.size() + texts.size(), failed, out);
    }

    private static double largest(List<Outcome> cases, ToDoubleFunction<Outcome> error) {
        return cases.stream().mapToDouble(error).max().orElse(Double.NaN);
    }
}
