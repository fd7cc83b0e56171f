package io.gkt.evaluation.accuracy;

import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options that say what is asked, and how. */
final class QuestionOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--dataset",
            defaultValue = "demo",
            paramLabel = "NAME",
            description =
                    "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}, problems that the embedded pair never saw.")
    private Dataset dataset;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "The dataset in its publishers' format, a JSON value on each line; not for the demo.")
    private Path data;

    @Option(
            names = "--few-shot",
            paramLabel = "K",
            description =
                    "Worked examples before each question. Default: 8, 7 and 4 for gsm8k, csqa and aqua; none with --chat.")
    private Integer shots;

    @Option(
            names = "--chat",
            description =
                    "Ask chat models: each question is a message, without worked examples. The demo is always asked so.")
    private boolean chat;

    @Option(
            names = "--limit",
            converter = Positive.class,
            paramLabel = "L",
            description = "Only the first L questions. Default: all; of the demo, which has no end, 500.")
    private Integer limit;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description =
                    "Which of the demo's problems, and which guesses --paper-scoring makes. Default: ${DEFAULT-VALUE}")
    private long seed;

    Dataset dataset() {
        return dataset;
    }

    /** @throws ParameterException if the options don't go together */
    Questions questions() {
        if (dataset == Dataset.DEMO && data != null) {
            throw wrong("--data goes with --dataset gsm8k, csqa or aqua: the demo's problems are made");
        }
        if (dataset != Dataset.DEMO && data == null) {
            throw wrong("--dataset " + dataset + " needs --data FILE");
        }
        boolean asChat = chat || dataset == Dataset.DEMO;
        int most = asChat ? 0 : dataset.workedExamples().size();
        if (shots != null && (shots < 0 || shots > most)) {
            throw wrong(
                    asChat
                            ? "--few-shot does not go with chat, and the demo is asked as chat"
                            : "--few-shot must be 0 to " + most + " for " + dataset);
        }
        return new Questions(new PromptStyle(dataset, shots == null ? most : shots, asChat), data, limit, seed);
    }

    /** The command as it was typed. */
    String command() {
        return "evaluation "
                + String.join(" ", spec.root().commandLine().getParseResult().originalArgs());
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
