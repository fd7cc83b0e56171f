package io.gkt.evaluation;

import io.gkt.inference.verification.TokenizerVerification;
import io.gkt.inference.verification.TokenizerVerification.Outcome;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "verify-tokenizer",
        description = {
            "Compares a tokenizer and its chat template with what a reference made of the same input.",
            "",
            "Compared are the token ids of texts, the texts of token ids, at once and token by token, and the prompts "
                    + "that chats are rendered to."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = {
            "  java -jar evaluation.jar verify-tokenizer models/qwen3-tiny expected.json",
            "",
            "EXPECTED.json, in which only ids, messages and one of rendered and error are needed:",
            "  {\"texts\": [{\"text\": \"Hello\", \"ids\": [9906], \"decoded\": \"Hello\"}],",
            "   \"chats\": [{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}],",
            "              \"add_generation_prompt\": true, \"rendered\": \"<|im_start|>user...\"},",
            "             {\"messages\": [], \"error\": \"what the template refuses\"}]}"
        })
final class VerifyTokenizer implements Callable<Integer> {

    private static final int LONGEST_INPUT = 60;

    @Parameters(
            index = "0",
            paramLabel = "TOKENIZER_DIR",
            description = "Directory with tokenizer.json and, where the model has them, tokenizer_config.json and "
                    + "chat_template.jinja.")
    private Path directory;

    @Parameters(index = "1", paramLabel = "EXPECTED.json", description = "What the reference made.")
    private Path expected;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<Outcome> outcomes = TokenizerVerification.run(directory, expected);
        return Verdict.conclude(outcomes.size(), print(outcomes, out), out);
    }

    /** Prints one line per comparison, the difference below it, and returns how many failed. */
    static long print(List<Outcome> outcomes, PrintWriter out) {
        for (Outcome outcome : outcomes) {
            String input = JsonMapper.shared().writeValueAsString(outcome.input());
            out.printf(
                    "%-11s  %s  %s%n",
                    outcome.check().name().toLowerCase(Locale.ROOT),
                    input.length() <= LONGEST_INPUT ? input : input.substring(0, LONGEST_INPUT) + "…",
                    Verdict.of(outcome.passes()));
            outcome.difference().ifPresent(difference -> out.println("  " + difference));
        }
        return outcomes.stream().filter(outcome -> !outcome.passes()).count();
    }
}
